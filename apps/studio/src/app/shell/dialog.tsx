import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  readonly label: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** Over everything else; Escape and a click beside it close it, and the focus returns to where it was. */
export function Dialog({ label, close, children }: Props) {
  const own = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = own.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, as every dialog
    <dialog
      ref={own}
      className="over card"
      aria-label={label}
      onCancel={close}
      onClick={(event) => event.target === own.current && close()}
    >
      {children}
    </dialog>
  );
}
