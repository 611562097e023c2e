/** Rows by campaign, for blocking a whole campaign at once: three flat arrays, so that loading makes nothing per ad. */

export class CampaignRows {
  /** Ascending. */
  private readonly campaignIds: Float64Array;
  /** Rows of campaign n stand at `starts[n] … starts[n + 1]`. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  /** `campaigns[row]`: the row's campaign, or -1 for an empty row. */
  constructor(campaigns: Float64Array) {
    const rows = Int32Array.from(campaigns.keys()).filter((row) => campaigns[row] !== -1);
    rows.sort((left, right) => (campaigns[left] as number) - (campaigns[right] as number) || left - right);
    const campaignIds: number[] = [];
    const starts: number[] = [];
    for (const [place, row] of rows.entries()) {
      if (campaigns[row] === campaignIds.at(-1)) continue;
      campaignIds.push(campaigns[row] as number);
      starts.push(place);
    }
    this.campaignIds = Float64Array.from(campaignIds);
    this.starts = Int32Array.from([...starts, rows.length]);
    this.rows = rows;
  }

  rowsOf(campaignId: number): Int32Array {
    const { campaignIds, starts, rows } = this;
    let low = 0;
    let high = campaignIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((campaignIds[middle] as number) < campaignId) low = middle + 1;
      else high = middle;
    }
    return campaignIds[low] === campaignId ? rows.subarray(starts[low], starts[low + 1]) : rows.subarray(0, 0);
  }
}
