/**
 * Plan model → source text of the function that runs the graph.
 *
 * One local variable per slot, one call per node in straight line, one closure per async node, one promise per request.
 * `at` names the node being run, so that an error is attributed without a handler per node.
 * The text is the body of `(nodes, $) => run`: `nodes[i]` are the node functions, `$` the plan runtime
 * (execute/plan-runtime.ts). It uses no syntax that needs code generation at run time, so the same text can be a file.
 */
import { IN_FLIGHT_BITS_MAX, type PlanModel, type PlanNode, type Segment, triggeredBy } from "./plan-model.ts";

/** `plain`: nodes as they are. `checked`: nodes arrive wrapped with clocks, validation and freezing. */
export type PlanVariant = "plain" | "checked";

export function emitPlan(model: PlanModel, variant: PlanVariant): string {
  return new PlanText(model, variant).text();
}

class PlanText {
  readonly #model: PlanModel;
  readonly #variant: PlanVariant;
  readonly #slotVariable = new Map<string, string>();
  readonly #asyncNodes: readonly PlanNode[];
  readonly #lines: string[] = [];

  constructor(model: PlanModel, variant: PlanVariant) {
    this.#model = model;
    this.#variant = variant;
    this.#asyncNodes = model.nodes.filter((node) => node.async);
    for (const key of model.wiring.slots.keys()) this.#slotVariable.set(key, `s${this.#slotVariable.size}`);
  }

  text(): string {
    for (const node of this.#model.nodes) this.#emitNodeFunction(node);
    if (this.#asyncNodes.length === 0) this.#emitSyncRun();
    else this.#emitAsyncRun();
    this.#line("return run;");
    return this.#lines.join("\n");
  }

  #line(text: string): void {
    this.#lines.push(text);
  }

  #variable(key: string): string {
    return this.#slotVariable.get(key) as string;
  }

  /** `n3`: the node's function, with the loop of a filter or the length check of a map around it. */
  #emitNodeFunction(node: PlanNode): void {
    const { index, wired } = node;
    const { kind, of } = wired.definition;
    const raw = `nodes[${index}]`;
    if (kind === "filter") {
      const batch = `inputs${property(of?.name ?? "")}`;
      const kept = property(wired.definition.writes[0]?.name ?? "", "key");
      this.#line(`const f${index} = ${raw};`);
      this.#line(`const judge${index} = ${JUDGE(index)};`);
      const judged = (verdict: string) => `({ ${kept}: judge${index}(${batch}, ${verdict}, ctx) })`;
      this.#line(
        node.async
          ? `const w${index} = (inputs, ctx) => { const v = f${index}(inputs, ctx); return $.isPromise(v) ? Promise.resolve(v).then((verdict) => ${judged("verdict")}) : ${judged("v")}; };`
          : `const w${index} = (inputs, ctx) => ${judged(`f${index}(inputs, ctx)`)};`,
      );
    } else if (kind === "map") {
      this.#line(`const f${index} = ${raw};`);
      this.#line(`const long${index} = ${sameLength(node, `inputs${property(of?.name ?? "")}.size`)};`);
      this.#line(
        node.async
          ? `const w${index} = (inputs, ctx) => { const r = f${index}(inputs, ctx); return $.isPromise(r) ? Promise.resolve(r).then((outputs) => long${index}(inputs, outputs)) : long${index}(inputs, r); };`
          : `const w${index} = (inputs, ctx) => long${index}(inputs, f${index}(inputs, ctx));`,
      );
    } else {
      this.#line(`const w${index} = ${raw};`);
    }
    const retried = wired.definition.retry === undefined ? `w${index}` : `$.retry(${index}, w${index})`;
    this.#line(`const n${index} = ${this.#variant === "checked" ? `$.checked(${index}, ${retried})` : retried};`);
  }

  #emitSyncRun(): void {
    this.#line("const run = (request, ctx) => {");
    this.#emitRequestSlots();
    this.#line("let at = -1;");
    this.#line("try {");
    for (const segment of this.#model.segments) for (const node of segment.nodes) this.#emitSyncNode(node);
    this.#emitShadows();
    this.#line(`return ${this.#response()};`);
    this.#line("} catch (error) {");
    this.#emitInputsAt(this.#model.nodes);
    this.#line("throw $.fail(ctx, at, error, inputs);");
    this.#line("}");
    this.#line("};");
  }

  #emitAsyncRun(): void {
    const joins = this.#model.segments.filter((segment) => segment.triggers.length > 1);
    this.#line("const run = (request, ctx) => new Promise((resolve, reject) => {");
    this.#emitRequestSlots();
    for (const segment of joins) this.#line(`let j${segment.index} = ${segment.triggers.length};`);
    for (const node of this.#asyncNodes) this.#line(`let p${node.index};`);
    this.#line("$.open(ctx, reject);");
    this.#emitFail();
    // Segments before the nodes that trigger them: closures only refer to what is declared above or called later.
    for (const segment of this.#model.segments) if (segment.triggers.length > 0) this.#emitSegment(segment);
    for (const node of this.#asyncNodes) this.#emitContinuation(node);
    const first = this.#model.segments.find((segment) => segment.triggers.length === 0);
    if (first !== undefined) this.#emitSegmentBody(first);
    this.#line("});");
  }

  #emitRequestSlots(): void {
    const requested = new Set(this.#model.wiring.request);
    for (const [key, variable] of this.#slotVariable) {
      this.#line(requested.has(key) ? `const ${variable} = request${property(key)};` : `let ${variable};`);
    }
  }

  /** One function ends a run in failure: with `at` when the node is known, as a rejection handler when it is not. */
  #emitFail(): void {
    const promises = this.#asyncNodes.map((node) => `p${node.index}`).join(", ");
    this.#line("const fail = (error, at) => {");
    this.#line("if (ctx.closed) { $.lateFailure(ctx, error); return; }");
    this.#line(`if (at === undefined) { $.blame(ctx, error, [${promises}], fail); return; }`);
    this.#emitInputsAt(this.#model.nodes);
    this.#line("reject($.fail(ctx, at, error, inputs));");
    this.#line("};");
  }

  #emitInputsAt(nodes: readonly PlanNode[]): void {
    this.#line("let inputs;");
    this.#line("switch (at) {");
    for (const node of nodes) this.#line(`case ${node.index}: inputs = ${this.#inputs(node)}; break;`);
    this.#line("}");
  }

  #emitSegment(segment: Segment): void {
    this.#line(`const seg${segment.index} = () => {`);
    this.#line("if (ctx.closed) return;");
    this.#emitSegmentBody(segment);
    this.#line("};");
  }

  #emitSegmentBody(segment: Segment): void {
    this.#line("let at = -1;");
    this.#line("try {");
    for (const node of segment.nodes) {
      if (node.async) this.#emitStart(node);
      else this.#emitSyncNode(node);
    }
    if (segment.responds) {
      this.#emitShadows();
      this.#line("$.close(ctx);");
      this.#line(`resolve(${this.#response()});`);
    }
    this.#line("} catch (error) { fail(error, at); }");
  }

  #emitSyncNode(node: PlanNode): void {
    const { index } = node;
    if (node.condition !== undefined) this.#line(`if (${this.#condition(node)}) {`);
    this.#line(`at = ${index};`);
    const call = `n${index}(${this.#inputs(node)}, ctx)`;
    if (node.degradable) {
      this.#line(`let r${index};`);
      this.#line("try {");
      this.#line(`if (ctx.switchedOff(${index})) r${index} = ${this.#recovered(node, "$.switchedOff")};`);
      this.#line("else {");
      this.#line(`r${index} = ${call};`);
      this.#line(`if (!(${isComplete(node, `r${index}`)})) $.present(${index}, r${index});`);
      this.#line("}");
      this.#line("}");
      this.#line(`catch (error) { r${index} = ${this.#recovered(node, "error")}; }`);
      this.#emitTake(node, `r${index}`, false);
    } else {
      this.#line(`const r${index} = ${call};`);
      this.#emitTake(node, `r${index}`, true);
    }
    if (node.condition !== undefined) this.#line(`} else $.skipped(ctx, ${index});`);
  }

  /** What takes the place of a node's outputs by its failure policy; a filter's policy is a verdict on every candidate. */
  #recovered(node: PlanNode, error: string): string {
    const { index, wired } = node;
    const recovery = `$.recover(ctx, ${index}, ${error})`;
    if (wired.definition.kind !== "filter") return recovery;
    const batch = this.#variable(wired.of ?? "");
    return `{ ${property(wired.definition.writes[0]?.name ?? "", "key")}: judge${index}(${batch}, ${recovery}, ctx) }`;
  }

  /** Slots ← the record a node returned. A slot left `undefined` means a missing key or a promise from a sync node. */
  #emitTake(node: PlanNode, record: string, required: boolean): void {
    const { index, wired } = node;
    wired.writes.forEach((key, position) => {
      const name = wired.definition.writes[position]?.name ?? "";
      const variable = this.#variable(key);
      this.#line(`${variable} = ${written(record, name, required && position === 0)};`);
      if (required)
        this.#line(`if (${variable} === undefined) $.absent(${index}, ${JSON.stringify(name)}, ${record});`);
    });
  }

  /**
   * Starts an async node. It always settles in a later microtask, even with a value that is there at once:
   * a continuation that ran here could come before a sync node of this or a sibling segment that it reads.
   */
  #emitStart(node: PlanNode): void {
    const { index } = node;
    if (node.condition !== undefined) this.#line(`if (${this.#condition(node)}) {`);
    this.#line(`at = ${index};`);
    if (node.degradable) {
      this.#line(this.#markInFlight(index));
      this.#line(`const c${index} = $.nodeContext(ctx, ${index}, off${index});`);
      this.#line(`if (ctx.switchedOff(${index})) queueMicrotask(() => off${index}($.switchedOff));`);
      this.#line(`else $.follow(() => n${index}(${this.#inputs(node)}, c${index}), on${index}, off${index});`);
    } else {
      this.#line(`p${index} = n${index}(${this.#inputs(node)}, ctx);`);
      this.#line(this.#markInFlight(index));
      this.#line(`if (!(p${index} instanceof Promise)) p${index} = Promise.resolve(p${index});`);
      this.#line(`p${index}.then(on${index}, fail);`);
    }
    if (node.condition !== undefined) this.#line(`} else { $.skipped(ctx, ${index}); queueMicrotask(done${index}); }`);
  }

  /** What happens when an async node settles: keep the value, then run each segment that waited for it last. */
  #emitContinuation(node: PlanNode): void {
    const { index } = node;
    const simple = !node.degradable && node.condition === undefined;
    if (!simple) {
      this.#line(`const done${index} = () => {`);
      this.#emitTriggers(node);
      this.#line("};");
    }
    const next = simple ? () => this.#emitTriggers(node) : () => this.#line(`done${index}();`);
    this.#line(`const on${index} = (r) => {`);
    if (node.degradable) {
      this.#line(`if (ctx.closed || ${this.#notInFlight(index)}) { $.late(ctx, ${index}); return; }`);
      this.#line("let error; let lost = false;");
      this.#line("try {");
      this.#line(`if (!(${isComplete(node, "r")})) error = $.absentError(${index}, r);`);
      this.#line("if (error === undefined) {");
      this.#emitTake(node, "r", false);
      this.#line("} else lost = true;");
      this.#line("} catch (thrown) { error = thrown; lost = true; }");
      this.#line(`if (lost) { off${index}(error); return; }`);
      this.#line(this.#markSettled(index));
      this.#line(`$.settled(ctx, ${index});`);
    } else {
      this.#line(`if (ctx.closed) { $.late(ctx, ${index}); return; }`);
      this.#line(this.#markSettled(index));
      this.#line(`p${index} = undefined;`);
      // Reading what a node returned may throw; nobody but this handler would hear of it.
      this.#line("try {");
      this.#line(`if (r === undefined || r === null) { fail($.absentError(${index}, r), ${index}); return; }`);
      this.#emitTakeAsync(node);
      this.#line(`} catch (error) { fail(error, ${index}); return; }`);
    }
    next();
    this.#line("};");
    if (node.degradable) {
      this.#line(`const off${index} = (error) => {`);
      this.#line(`if (ctx.closed || ${this.#notInFlight(index)}) { $.lateFailure(ctx, error); return; }`);
      this.#line(this.#markSettled(index));
      this.#line("try {");
      this.#line(`const r = ${this.#recovered(node, "error")};`);
      this.#emitTake(node, "r", false);
      this.#line(`} catch (failure) { fail(failure, ${index}); return; }`);
      next();
      this.#line("};");
    }
  }

  #emitTakeAsync(node: PlanNode): void {
    const { index, wired } = node;
    wired.writes.forEach((key, position) => {
      const name = wired.definition.writes[position]?.name ?? "";
      const variable = this.#variable(key);
      this.#line(`${variable} = ${written("r", name, false)};`);
      this.#line(`if (${variable} === undefined) { fail($.absentError(${index}, r), ${index}); return; }`);
    });
  }

  #emitTriggers(node: PlanNode): void {
    for (const segment of triggeredBy(node, this.#model.segments)) {
      const join = segment.triggers.length > 1 ? `if (--j${segment.index} === 0) ` : "";
      this.#line(`${join}seg${segment.index}();`);
    }
  }

  /** Shadow nodes get the inputs of their primary and are compared with its outputs after the answer. */
  #emitShadows(): void {
    this.#model.shadows.forEach((shadow, index) => {
      const inputs = record(
        shadow.definition.reads.concat(shadow.definition.soft),
        [...shadow.reads, ...shadow.soft],
        (key) => this.#variable(key),
      );
      const outputs = record(shadow.definition.writes, shadow.writes, (key) => this.#variable(key));
      this.#line(`if (ctx.runsShadows) $.shadow(ctx, ${index}, ${inputs}, ${outputs});`);
    });
  }

  #inputs(node: PlanNode): string {
    const { definition, reads, soft } = node.wired;
    return record([...definition.reads, ...definition.soft], [...reads, ...soft], (key) => this.#variable(key));
  }

  #response(): string {
    return record(this.#model.wiring.graph.respond, this.#model.wiring.respond, (key) => this.#variable(key));
  }

  #condition(node: PlanNode): string {
    return (node.condition ?? [])
      .map((conjunction) => conjunction.map((key) => `${this.#variable(key)} === true`).join(" && "))
      .join(" || ");
  }

  #bit(index: number): number {
    return this.#asyncNodes.findIndex((node) => node.index === index);
  }

  #markInFlight(index: number): string {
    return this.#asyncNodes.length <= IN_FLIGHT_BITS_MAX
      ? `ctx.inFlight |= ${1 << this.#bit(index)};`
      : `ctx.inFlightMany[${this.#bit(index)}] = 1;`;
  }

  #markSettled(index: number): string {
    return this.#asyncNodes.length <= IN_FLIGHT_BITS_MAX
      ? `ctx.inFlight &= ${~(1 << this.#bit(index))};`
      : `ctx.inFlightMany[${this.#bit(index)}] = 0;`;
  }

  #notInFlight(index: number): string {
    return this.#asyncNodes.length <= IN_FLIGHT_BITS_MAX
      ? `(ctx.inFlight & ${1 << this.#bit(index)}) === 0`
      : `ctx.inFlightMany[${this.#bit(index)}] === 0`;
  }
}

/** The loop of a filter, spelled out per filter so that each keeps its own type feedback. */
const JUDGE = (index: number): string => `(batch, verdict, ctx) => {
if (typeof verdict !== "function") $.noVerdict(${index}, verdict);
const size = batch.size; let rows; let kept = 0; let dropped; let drops;
for (let row = 0; row < size; row++) {
const drop = verdict(row);
if (drop === undefined) { if (rows !== undefined) rows[kept] = row; kept++; }
else if (rows === undefined) { rows = $.rowsBefore(row, size); dropped = [row]; drops = [drop]; }
else { dropped.push(row); drops.push(drop); }
}
return $.stage(ctx, ${index}, batch, rows, kept, dropped, drops);
}`;

/** The outputs of a map; one that may not be as long as the map's batch is looked at closely. */
function sameLength({ index, wired }: PlanNode, size: string): string {
  const lengths = wired.definition.writes.map(
    ({ name }, at) =>
      `const v${at} = ${written("r", name, true)}; const l${at} = v${at}?.length ?? v${at}?.rowCount ?? v${at}?.size ?? v${at}?.margins?.length;`,
  );
  const differs = lengths.map((_, at) => `(l${at} !== undefined && l${at} !== size)`).join(" || ") || "false";
  return `(inputs, r) => { const size = ${size}; ${lengths.join(" ")} return ${differs} ? $.sameLength(${index}, size, r) : r; }`;
}

/** Whether a record has every declared output. */
function isComplete({ wired }: PlanNode, record: string): string {
  return (
    wired.definition.writes.map(({ name }) => `${written(record, name, true)} !== undefined`).join(" && ") || "true"
  );
}

/** A slot of the record a node returned; `undefined` where the name is only inherited, as every "constructor" is. */
function written(record: string, name: string, maybeNothing: boolean): string {
  if (name in Object.prototype) return `$.own(${record}, ${JSON.stringify(name)})`;
  const access = property(name);
  if (!maybeNothing) return `${record}${access}`;
  return `${record}?${access.startsWith(".") ? access : `.${access}`}`;
}

function record(
  tokens: readonly { readonly name: string }[],
  keys: readonly string[],
  variable: (key: string) => string,
): string {
  const fields = tokens.map((token, position) => `${property(token.name, "key")}: ${variable(keys[position] ?? "")}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function property(name: string, as: "access" | "key" = "access"): string {
  const plain = /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__";
  if (as === "key") return plain ? name : `[${JSON.stringify(name)}]`;
  return plain ? `.${name}` : `[${JSON.stringify(name)}]`;
}
