export function Waiting() {
  return (
    <p className="waiting muted" role="status">
      Loading …
    </p>
  );
}
