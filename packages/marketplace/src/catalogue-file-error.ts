/** The catalogue file cannot be used. Category "resource": the installation must be repaired, no caller can. */
export class CatalogueFileError extends Error {
  override readonly name = "CatalogueFileError";

  constructor(problem: string, options?: ErrorOptions) {
    super(
      `the marketplace catalogue cannot be read: ${problem}; restore data/catalogue.bin from version control or rebuild it as data/README.md says`,
      options,
    );
  }
}
