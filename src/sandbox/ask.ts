import { request } from 'node:http';

/** A question of one half to the other. */
export type Ask = (question: Request) => Promise<Response>;

/**
 * To a half that listens on an origin of its own on this machine. Not with the `fetch` of the process, which whoever
 * runs us may have led through a proxy or replaced.
 */
export async function askOverLoopback(question: Request): Promise<Response> {
  const { url, method, headers } = question;
  const body = Buffer.from(await question.arrayBuffer());
  const options = { method, headers: Object.fromEntries(headers), agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(Buffer.from(chunk));
      const type = answer.headers['content-type'];
      resolve(
        new Response(Buffer.concat(chunks), {
          status: answer.statusCode ?? 500,
          headers: type === undefined ? {} : { 'content-type': type },
        }),
      );
    });
    sent.once('error', reject).end(body);
  });
}
