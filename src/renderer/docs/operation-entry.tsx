// One operation: collapsed a line; expanded its parameters, the request, and the hub's response.
import { type SubmitEvent, useId, useState } from "react";
import { explain } from "../api/client.ts";
import { apiDocsText as t } from "../i18n/later/api-docs-text.ts";
import { formatDuration } from "../i18n/times.ts";
import { Copyable } from "../ui/copyable.tsx";
import form from "../ui/form.module.css";
import { type ApiDescription, exampleOf, type Operation, type Parameter } from "./api-description.ts";
import styles from "./operation-entry.module.css";
import { type Answer, curlOf, send } from "./try-request.ts";

interface Props {
  readonly operation: Operation;
  readonly schemas: ApiDescription["components"]["schemas"];
  readonly token: string;
}

export function OperationEntry({ operation, schemas, token }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const { method, path, summary } = operation;
  return (
    <details className={styles["entry"]} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span className={styles["method"]} data-method={method}>
          {method}
        </span>
        <code>{path}</code>
        <span className={styles["summary"]}>
          <Marked text={summary ?? ""} />
        </span>
      </summary>
      {isOpen && <TryOut operation={operation} schemas={schemas} token={token} />}
    </details>
  );
}

function TryOut({ operation, schemas, token }: Props) {
  const { method, description, parameters = [], requestBody } = operation;
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [body, setBody] = useState(() => bodyExample(operation, schemas));
  const [answer, setAnswer] = useState<Answer | Error>();
  const [isSending, setIsSending] = useState(false);
  const filled = { values, body, token };

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setIsSending(true);
    try {
      setAnswer(await send(operation, filled));
    } catch (error) {
      setAnswer(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setIsSending(false);
    }
  }

  return (
    <form className={styles["body"]} onSubmit={submit}>
      {description !== undefined && (
        <p>
          <Marked text={description} />
        </p>
      )}
      <p className="note">{permissionNote(operation)}</p>
      {parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name] ?? ""}
          onChange={(value) => setValues({ ...values, [parameter.name]: value })}
        />
      ))}
      {requestBody && (
        <label className={form["field"]}>
          {t.body}
          <textarea
            rows={Math.min(16, body.split("\n").length + 1)}
            spellCheck={false}
            value={body}
            onChange={(event) => setBody(event.target.value)}
          />
        </label>
      )}
      <div className={styles["curl"]}>
        <Copyable code={curlOf(operation, filled)} label={t.curl} />
      </div>
      <button type="submit" className={method === "GET" ? "button primary" : "button"} disabled={isSending}>
        {isSending ? t.sending : t.send(method)}
      </button>
      <div role="status">{answer && <AnswerView answer={answer} />}</div>
    </form>
  );
}

interface FieldProps {
  readonly parameter: Parameter;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ParameterField({ parameter, value, onChange }: FieldProps) {
  const id = useId();
  const { name, required, description, schema } = parameter;
  const isList = schema.type === "array";
  const placeholder = schema.default === undefined ? "" : String(schema.default);
  const field = {
    id,
    value,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(target.value),
  };
  return (
    <div className={form["field"]}>
      <label htmlFor={id}>
        <code>{name}</code>
        {required && ` ${t.required}`} <Marked text={description ?? ""} />
        {isList && t.oneALine}
      </label>
      {schema.enum !== undefined ? (
        <select {...field} className={styles["choice"]}>
          <option value="">{placeholder === "" ? "–" : `– (${placeholder})`}</option>
          {schema.enum.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : isList ? (
        <textarea {...field} rows={1} spellCheck={false} />
      ) : (
        <input {...field} spellCheck={false} autoComplete="off" required={required} placeholder={placeholder} />
      )}
    </div>
  );
}

/** Text in backquotes is code. */
function Marked({ text }: { readonly text: string }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name, and never change.
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

function AnswerView({ answer }: { readonly answer: Answer | Error }) {
  if (answer instanceof Error) return <p className={styles["failed"]}>{explain(answer)}</p>;
  const { status, statusText, type, text, isCut, tookMs } = answer;
  return (
    <>
      <p className={status < 400 ? styles["done"] : styles["failed"]}>
        {status} {statusText} · {type || t.noBody} · {formatDuration(Math.round(tookMs))}
      </p>
      {text !== "" && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long answer is scrolled with the keyboard, too.
        <pre className={styles["answer"]} tabIndex={0}>
          {text}
        </pre>
      )}
      {isCut && <p className="note">{t.isCut}</p>}
    </>
  );
}

function bodyExample({ requestBody }: Operation, schemas: Props["schemas"]): string {
  const schema = requestBody?.content["application/json"]?.schema;
  return schema === undefined ? "" : JSON.stringify(exampleOf(schema, schemas), null, 2);
}

function permissionNote({ "x-permission": permission }: Operation): string {
  return permission === "open" ? t.openToAll : t.needsRole(permission);
}
