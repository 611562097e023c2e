export interface CandidateBatch { readonly tenonValue: "candidateBatch"; readonly size: number }
