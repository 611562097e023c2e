/** Negative log-likelihood of one row, in nats, from its margin: exact where the probability would round to 0 or 1. */
export function lossOfMargin(margin: number, positive: boolean): number {
  const against = positive ? -margin : margin;
  // log(1 + exp(x)) without overflow.
  return against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against));
}
