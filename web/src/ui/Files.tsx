import { isPicture, type FilePart } from "../chat/files";
import { say } from "../words";
import { Icon } from "./icons";

interface Props {
  readonly files: readonly FilePart[];
  /** Where they can still be taken back: by their places. */
  readonly onRemove?: (at: number) => void;
}

/** What is attached, small: pictures as they look, other files by name. */
export function Files({ files, onRemove }: Props) {
  if (!files.length) return null;
  return (
    <ul className="files" aria-label={say("attached")}>
      {files.map((file, at) => (
        <li key={`${at} ${file.filename}`} className={isPicture(file) ? "picture" : "file"}>
          <Shown file={file} isSent={!onRemove} />
          {onRemove && (
            <button
              type="button"
              className="take-back"
              aria-label={say("takeBack", { file: nameOf(file) })}
              title={say("takeBack", { file: nameOf(file) })}
              onClick={() => onRemove(at)}
            >
              <Icon name="close" />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What has been sent can be taken out again. */
function Shown({ file, isSent }: { readonly file: FilePart; readonly isSent: boolean }) {
  const name = nameOf(file);
  const inside = isPicture(file) ? (
    <img src={file.url} alt={name} />
  ) : (
    <>
      <Icon name="file" />
      <bdi>{name}</bdi>
    </>
  );
  return isSent ? <a href={file.url} download={name} title={name}>{inside}</a> : inside;
}

const nameOf = ({ filename }: FilePart): string => filename || say("file");
