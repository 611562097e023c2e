/** What one look of the doctor saw. */
export interface DoctorFinding {
  /** What was looked at. */
  readonly subject: string;
  /** `warning`: it works, but perhaps not as wished. */
  readonly state: "ok" | "warning" | "error";
  readonly found: string;
  /** What to do, where there is something to do. */
  readonly hint?: string | undefined;
}

/** A look that throws has found an error, which says itself what to do. */
export async function look(subject: string, at: () => DoctorFinding | Promise<DoctorFinding>): Promise<DoctorFinding> {
  try {
    return await at();
  } catch (error) {
    const { hint, detail } = error as { readonly hint?: string; readonly detail?: string };
    const message = error instanceof Error ? error.message : String(error);
    return { subject, state: "error", found: detail === undefined ? message : `${message}: ${detail}`, hint };
  }
}
