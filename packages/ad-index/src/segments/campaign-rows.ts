/** Rows by campaign, for blocking a whole campaign at once: three flat arrays, so that loading makes nothing per ad. */

/** Campaign of an empty row. */
const NO_CAMPAIGN = -1;

export class CampaignRows {
  /** Ascending. */
  private readonly campaignIds: Float64Array;
  /** Rows of campaign n stand at `starts[n] … starts[n + 1]`. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  /** `campaigns[row]`: the row's campaign, or {@link NO_CAMPAIGN}. */
  constructor(campaigns: Float64Array) {
    // Sorting ids alone is native code; a comparison of rows would be called a million times for 50,000 ads.
    const sorted = campaigns.filter((campaignId) => campaignId !== NO_CAMPAIGN).sort();
    let length = 0;
    for (const campaignId of sorted) {
      if (length > 0 && sorted[length - 1] === campaignId) continue;
      sorted[length++] = campaignId;
    }
    this.campaignIds = sorted.slice(0, length);
    this.starts = new Int32Array(length + 1);
    this.rows = new Int32Array(sorted.length);
    const places = Int32Array.from(campaigns, (campaignId) => this.placeOf(campaignId));
    for (const place of places) if (place >= 0) this.starts[place + 1] = (this.starts[place + 1] as number) + 1;
    for (let place = 0; place < length; place++)
      this.starts[place + 1] = (this.starts[place + 1] as number) + (this.starts[place] as number);
    const next = this.starts.slice();
    for (const [row, place] of places.entries()) {
      if (place < 0) continue;
      this.rows[next[place] as number] = row;
      next[place] = (next[place] as number) + 1;
    }
  }

  /** Ascending; empty for a campaign without rows. */
  rowsOf(campaignId: number): Int32Array {
    const place = this.placeOf(campaignId);
    return place < 0 ? this.rows.subarray(0, 0) : this.rows.subarray(this.starts[place], this.starts[place + 1]);
  }

  /** Place among the campaigns, by halving; -1 for one without rows. */
  private placeOf(campaignId: number): number {
    const { campaignIds } = this;
    let low = 0;
    let high = campaignIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((campaignIds[middle] as number) < campaignId) low = middle + 1;
      else high = middle;
    }
    return campaignIds[low] === campaignId ? low : -1;
  }
}
