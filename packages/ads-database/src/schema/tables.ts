import type { Migration } from "@tenon/postgres";

/** Ids are safe integers in JavaScript: 1 to 2^53-1. */
export const tables: Migration = {
  version: 1,
  name: "tables of the advertisers",
  text: `
create schema ads;
create domain ads.id as int8 check (value between 1 and 9007199254740991);
create domain ads.micros as int8 check (value between 0 and 9007199254740991);
create domain ads.time_ms as int8 check (value between 0 and 9007199254740991);
create domain ads.status as text check (value in ('active', 'paused', 'archived'));
create domain ads.review as text check (value in ('approved', 'pending', 'rejected'));

create table ads.advertisers (
  advertiser_id ads.id primary key,
  brand text not null check (length(brand) between 1 and 200),
  category text not null check (length(category) between 1 and 120),
  country text check (country ~ '^[A-Z]{2}$'),
  tier text not null check (tier in ('self_service', 'managed', 'strategic')),
  status ads.status not null,
  policy_review ads.review not null,
  registered_at_ms ads.time_ms not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create table ads.campaigns (
  campaign_id ads.id primary key,
  advertiser_id ads.id not null references ads.advertisers,
  name text not null check (length(name) between 1 and 200),
  brand text not null check (length(brand) between 1 and 200),
  category text not null check (length(category) between 1 and 120),
  objective text not null check (objective in ('clicks', 'awareness')),
  status ads.status not null,
  start_at_ms ads.time_ms not null,
  end_at_ms ads.time_ms check (end_at_ms > start_at_ms),
  frequency_caps jsonb not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create table ads.budgets (
  campaign_id ads.id primary key references ads.campaigns on delete cascade,
  lifetime_cap_micros ads.micros not null check (lifetime_cap_micros > 0),
  daily_cap_micros ads.micros check (daily_cap_micros > 0),
  overdelivery_ratio_max float8 check (overdelivery_ratio_max between 0 and 1),
  pacing text not null check (pacing in ('even', 'asFastAsPossible')),
  row_version int8 not null,
  updated_at_ms ads.time_ms not null,
  constraint daily_cap_whole check ((daily_cap_micros is null) = (overdelivery_ratio_max is null))
);
create table ads.ad_groups (
  ad_group_id ads.id primary key,
  campaign_id ads.id not null references ads.campaigns,
  status ads.status not null,
  bid_pays text not null check (bid_pays in ('perClick', 'perThousandImpressions')),
  bid_amount_micros ads.micros not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create table ads.targeting (
  ad_group_id ads.id primary key references ads.ad_groups on delete cascade,
  expression jsonb not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create table ads.creatives (
  creative_id ads.id primary key,
  title text not null check (length(title) between 1 and 200),
  body text not null check (length(body) <= 500),
  landing_url text not null check (landing_url ~ '^https://'),
  image_url text check (image_url ~ '^https://'),
  review ads.review not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create table ads.ads (
  ad_id ads.id primary key,
  ad_group_id ads.id not null references ads.ad_groups,
  creative_id ads.id not null references ads.creatives,
  status ads.status not null,
  keywords jsonb not null,
  floor_micros ads.micros not null,
  row_version int8 not null,
  updated_at_ms ads.time_ms not null
);
create index on ads.campaigns (advertiser_id);
create index on ads.ad_groups (campaign_id);
create index on ads.ads (ad_group_id);
create index on ads.ads (creative_id);
`,
};
