import { useEffect, useState } from "react";
import { say } from "../words";
import { copyText } from "./clipboard";
import { IconButton } from "./IconButton";

const SHOWN_MS = 1600;

interface Props {
  readonly label: string;
  readonly text: () => string;
}

/** Copies a text, and says so for a moment. */
export function CopyButton({ label, text }: Props) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    void copyText(text()).then(setCopied);
  };
  return (
    <IconButton
      icon={isCopied ? "check" : "copy"}
      label={label}
      title={isCopied ? say("copied") : label}
      className={isCopied ? "copied" : ""}
      onClick={copy}
    />
  );
}
