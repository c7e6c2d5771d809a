// A guide's Markdown as elements of the page: nothing of it is taken for HTML.
import type { MarkedToken, Tokens } from "marked";
import type { ReactNode } from "react";
import { LINKS } from "../../shell/use-route.ts";
import { GUIDES, marked, nameIn } from "./guides.ts";
import styles from "./guides-page.module.css";

/** Blocks with their content. */
export function GuideText({ tokens }: { readonly tokens: readonly MarkedToken[] }) {
  return placed(tokens).map(({ one, place }) => <Part key={place} token={one} />);
}

/** Guides are static, so the position is a stable key. */
function placed<T>(all: readonly T[]): { readonly one: T; readonly place: number }[] {
  return all.map((one, place) => ({ one, place }));
}

function Part({ token }: { readonly token: MarkedToken }): ReactNode {
  switch (token.type) {
    case "heading":
      return token.depth <= 2 ? <h2>{inside(token.tokens)}</h2> : <h3>{inside(token.tokens)}</h3>;
    case "paragraph":
      return <p>{inside(token.tokens)}</p>;
    case "blockquote":
      return <blockquote>{inside(token.tokens)}</blockquote>;
    case "list":
      return <List list={token} />;
    case "list_item":
      return <li>{inside(token.tokens)}</li>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled to with the keyboard, too.
        <pre tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case "table":
      return <Table table={token} />;
    case "strong":
      return <strong>{inside(token.tokens)}</strong>;
    case "em":
      return <em>{inside(token.tokens)}</em>;
    case "del":
      return <del>{inside(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "link":
      return <Link link={token} />;
    case "br":
      return <br />;
    case "hr":
      return <hr />;
    case "text":
      return token.tokens === undefined ? plain(token.text) : inside(token.tokens);
    case "escape":
      return plain(token.text);
    // A placeholder in angle brackets.
    case "html":
      return token.text;
    default:
      return null;
  }
}

function inside(tokens: readonly Tokens.Generic[]): ReactNode {
  return <GuideText tokens={marked(tokens)} />;
}

function List({ list: { ordered, items } }: { readonly list: Tokens.List }) {
  const rows = <GuideText tokens={items} />;
  return ordered ? <ol>{rows}</ol> : <ul>{rows}</ul>;
}

function Table({ table: { header, rows } }: { readonly table: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the keyboard, too.
    <div className={styles["wide"]} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map(({ text, tokens }) => (
              <th key={text} scope="col">
                {inside(tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.map(({ text }) => text).join()}>
              {placed(row).map(({ one, place }) => (
                <td key={place}>{inside(one.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Guides name one another by their files; files of the project that the window does not have are named alone. */
function Link({ link: { href, tokens } }: { readonly link: Tokens.Link }) {
  if (/^https?:/.test(href))
    return (
      <a href={href} target="_blank" rel="noreferrer">
        {inside(tokens)}
      </a>
    );
  const guide = GUIDES.get(nameIn(href));
  return guide === undefined ? inside(tokens) : <a href={LINKS.guide(guide.name)}>{inside(tokens)}</a>;
}

/** The parser leaves some characters written as HTML does. */
function plain(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
