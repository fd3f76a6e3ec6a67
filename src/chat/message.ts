// What a conversation consists of, in no provider's words. Files of these are read back as hostile input (saved.ts).

export type Image = {
  /** `image/png`, `image/jpeg`, `image/gif` or `image/webp`. */
  type: string;
  /** Base64. */
  data: string;
};

/** What the person gives along with a line. */
export type Attachment = { name: string } & ({ text: string } | { image: Image });

/** A call as the model wrote it: nothing in it has been checked. */
export type ToolCall = {
  id: string;
  /** The name that the tool has on the wire. */
  name: string;
  /** Should be the text of a JSON object. */
  arguments: string;
};

/** What came of a call: data of a server, or words of ours where `server` is absent. */
export type ToolAnswer = {
  id: string;
  /** The name that the tool has on the wire. */
  name: string;
  server?: string;
  tool?: string;
  text: string;
  images: Image[];
  isError: boolean;
  /** Unguessable: what stands between two of these is data. */
  mark: string;
};

export type Message =
  | { role: 'user'; text: string; attachments: Attachment[] }
  | { role: 'assistant'; text: string; calls: ToolCall[] }
  | { role: 'tool'; answers: ToolAnswer[] };

/** Tokens. */
export type Usage = { input: number; output: number };

export function sum(a: Usage, b: Usage): Usage {
  return { input: a.input + b.input, output: a.output + b.output };
}
