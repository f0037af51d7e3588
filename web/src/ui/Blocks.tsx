/** An answer's Markdown. Each block is drawn when it changes; while text streams that is the last. */

import { memo, useEffect, useMemo, useState, type MouseEvent } from "react";
import { blocks, type Block } from "../markdown/blocks";
import { cleaned } from "../markdown/cleaning";
import { escaped } from "../markdown/escaping";
import { canonical, coloured, prepareColours, ready } from "../markdown/highlighting";
import { withoutControls } from "../markdown/bidi";
import { newReader } from "../markdown/rendering";
import { useCell } from "../cell";
import { say } from "../words";
import { copyText } from "./clipboard";
import { CopyButton } from "./CopyButton";

interface Props {
  readonly text: string;
  readonly isLive: boolean;
}

export const Blocks = memo(function Blocks({ text, isLive }: Props) {
  const [reader] = useState(newReader);
  const all = useMemo(() => blocks(text, isLive, reader), [text, isLive, reader]);
  return (
    <div className="prose" onClick={copyCode}>
      {all.map((block, at) => (
        // A block keeps its place: text is only ever added at the end.
        <BlockView key={at} block={block} />
      ))}
    </div>
  );
});

const BlockView = memo(
  function BlockView({ block }: { readonly block: Block }) {
    if (block.kind === "code") return <CodeBlock code={block.code} language={block.language} />;
    return <div className="block" dangerouslySetInnerHTML={{ __html: cleaned(block.html()) }} />;
  },
  (before, now) => before.block.kind === now.block.kind && before.block.look === now.block.look,
);

function CodeBlock({ code, language }: { readonly code: string; readonly language: string }) {
  const name = canonical(language);
  const highlight = useCell(ready).get(name);
  useEffect(() => {
    void prepareColours(name);
  }, [name]);
  const safe = withoutControls(code);
  const html = useMemo(
    () => cleaned(coloured(highlight, safe, name) ?? escaped(safe)),
    [highlight, safe, name],
  );
  return (
    <div className="code">
      <div className="code-head">
        <span>{language}</span>
        <CopyButton label={say("copyCode")} text={() => safe} />
      </div>
      <pre tabIndex={0} role="group" aria-label={say("code")}>
        <code dir="ltr" dangerouslySetInnerHTML={{ __html: html }} />
      </pre>
    </div>
  );
}

/** The copy button of a code block inside another block, such as a list. */
function copyCode({ target }: MouseEvent<HTMLElement>): void {
  const button = target instanceof Element ? target.closest(".copy-code") : null;
  const code = button?.closest(".code")?.querySelector("code")?.textContent;
  if (!button || !code) return;
  void copyText(code).then((isCopied) => {
    if (isCopied) button.textContent = say("copied");
  });
}
