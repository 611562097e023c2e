/** Kills for processes of a simulation: a dead one reaches nothing any more. Whoever runs it sees only that nothing works. */

export class Life {
  isOver = false;

  /** The port while the process lives; after that every call fails as if the machine were cut off. */
  of<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...values: unknown[]) => {
          if (this.isOver) return Promise.reject(new Error("this process is dead"));
          return Reflect.apply(value, target, values);
        };
      },
    });
  }
}
