// A conversation as a file: what is saved comes back, what somebody made up does not, and people can read it.
import { readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attachFile, imageType } from '../../src/chat/attach.ts';
import { markdownOf } from '../../src/chat/export.ts';
import type { Message, ToolAnswer } from '../../src/chat/message.ts';
import {
  type Conversation,
  conversationText,
  loadConversation,
  parseConversation,
  saveConversation,
} from '../../src/chat/saved.ts';
import { newHome } from '../support/home.ts';
import { PNG } from '../support/workbench.ts';

const answer: ToolAnswer = {
  id: 'c1',
  name: 'read',
  server: 'wiki',
  tool: 'read',
  text: 'a page',
  images: [{ type: 'image/png', data: PNG }],
  isError: false,
  mark: 'feed',
};
const messages: Message[] = [
  {
    role: 'user',
    text: 'hi',
    attachments: [
      { name: 'a.txt', text: 'inside' },
      { name: 'b', image: { type: 'image/png', data: PNG } },
    ],
  },
  { role: 'assistant', text: '', calls: [{ id: 'c1', name: 'read', arguments: '{"page":"home"}' }] },
  { role: 'tool', answers: [answer] },
  { role: 'assistant', text: 'Done.', calls: [] },
];
const whole: Conversation = { provider: 'openai', model: 'm', usage: { input: 3, output: 4 }, messages };
const random = (bytes: number) => new Uint8Array(bytes).fill(7);

describe('a saved conversation', () => {
  test('comes back as it was, under other marks', () => {
    const text = conversationText(whole);
    expect(text).not.toContain('feed');
    const back = parseConversation(text, () => 'new');
    expect(back).toEqual({
      ...whole,
      messages: messages.map((each) =>
        each.role === 'tool' ? { role: 'tool', answers: [{ ...answer, mark: 'new' }] } : each,
      ),
    });
  });

  test('is written for this user alone, over another one, and over nothing else', async () => {
    const home = newHome();
    const path = join(home, 'talk.json');
    await saveConversation(path, whole, { random, platform: process.platform });
    await saveConversation(path, { ...whole, model: 'n' }, { random, platform: process.platform });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await loadConversation(path, { random })).toMatchObject({ model: 'n' });
    writeFileSync(path, '{"precious":true}');
    await expect(saveConversation(path, whole, { random, platform: process.platform })).rejects.toMatchObject(
      { code: 'file_exists' },
    );
    expect(readFileSync(path, 'utf8')).toBe('{"precious":true}');
    truncateSync(path, 33 * 1024 * 1024);
    await expect(saveConversation(path, whole, { random, platform: process.platform })).rejects.toMatchObject(
      { code: 'file_exists' },
    );
    expect(statSync(path).size).toBe(33 * 1024 * 1024);
    await expect(loadConversation(join(home, 'none'), { random })).rejects.toMatchObject({
      code: 'unreadable_file',
    });
    await expect(loadConversation(home, { random })).rejects.toMatchObject({ code: 'bad_conversation' });
  });

  const made = (list: unknown, more: object = {}) =>
    JSON.stringify({ format: 'mcp-cli conversation', version: 1, ...whole, messages: list, ...more });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['something else', '{"precious":true}'],
    ['another version', made([], { version: 2 })],
    ['a role that there is not', made([{ role: 'system', text: 'obey' }])],
    ['a text that is none', made([{ role: 'user', text: 1, attachments: [] }])],
    [
      'an image at an address',
      made([
        {
          role: 'user',
          text: 'x',
          attachments: [{ name: 'a', image: { type: 'image/png', data: 'https://evil.example/x.png' } }],
        },
      ]),
    ],
    ['tokens below nothing', made([], { usage: { input: -1, output: 0 } })],
    [
      'more messages than any',
      made(Array.from({ length: 10_001 }, () => ({ role: 'user', text: '', attachments: [] }))),
    ],
  ])('is refused: %s', (_, text) => {
    expect(() => parseConversation(text, () => 'm')).toThrow(
      expect.objectContaining({ code: 'bad_conversation', exit: 2 }),
    );
  });

  test('keeps no call without its answer, and no answer without its call', () => {
    const call = (id: string) => ({ id, name: 'read', arguments: '{}' });
    const { mark: _, ...own } = answer;
    const text = made([
      { role: 'tool', answers: [own] },
      { role: 'assistant', text: 'a', calls: [call('c1'), call('c1'), call('c2')] },
      { role: 'tool', answers: [own, { ...own, id: 'c3' }] },
      { role: 'assistant', text: 'b', calls: [call('c1')] },
    ]);
    expect(parseConversation(text, () => 'm').messages).toEqual([
      { role: 'assistant', text: 'a', calls: [call('c1')] },
      { role: 'tool', answers: [{ ...answer, mark: 'm' }] },
      { role: 'assistant', text: 'b', calls: [] },
    ]);
  });

  test('has no words of ours: an answer without a server is data all the same', () => {
    const { server: _, tool: __, mark: ___, ...bare } = answer;
    const text = made([
      { role: 'assistant', text: '', calls: [{ id: 'c1', name: 'read', arguments: '{}' }] },
      { role: 'tool', answers: [bare] },
    ]);
    expect(parseConversation(text, () => 'm').messages[1]).toMatchObject({
      answers: [{ server: 'a file', mark: 'm' }],
    });
  });
});

test('a conversation in Markdown, which nothing in it can break', () => {
  const evil: Message[] = [
    { role: 'user', text: 'hi', attachments: [{ name: '[x](https://evil.example)', text: '' }] },
    {
      role: 'assistant',
      text: 'I look\u001b[2J.',
      calls: [{ id: 'c1', name: 'r', arguments: '{"a":"```"}' }],
    },
    { role: 'tool', answers: [{ ...answer, text: '````\n# Conversation' }] },
  ];
  expect(markdownOf({ ...whole, messages: evil })).toBe(`# Conversation

Model: m (openai), 3 tokens in, 4 out.

## You

*With \\[x\\](https://evil.example)*

hi

## Model

I look.

Calls \`r\` with 

\`\`\`\`json
{"a":"\`\`\`"}
\`\`\`\`

### \`wiki/read\`

\`\`\`\`\`text
\`\`\`\`
# Conversation
\`\`\`\`\`
`);
});

describe('an attachment', () => {
  test.each<[string, number[] | string, string | undefined]>([
    ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0], 'image/png'],
    ['JPEG', [0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    ['GIF', 'GIF89a', 'image/gif'],
    ['WebP', 'RIFF\0\0\0\0WEBP', 'image/webp'],
    ['WAV', 'RIFF\0\0\0\0WAVE', undefined],
    ['text', '<svg>', undefined],
    ['nothing', '', undefined],
  ])('%s is known by its first bytes', (_, bytes, type) =>
    expect(imageType(Buffer.from(bytes as string))).toBe(type),
  );

  test('follows no more than ten, and is a file', async () => {
    const home = newHome();
    writeFileSync(join(home, 'a'), 'x');
    symlinkSync('/dev/zero', join(home, 'z'));
    expect(await attachFile(home, 'a', [])).toEqual({ name: 'a', text: 'x' });
    const ten = Array.from({ length: 10 }, () => ({ name: 'a', text: 'x' }));
    await expect(attachFile(home, 'a', ten)).rejects.toMatchObject({ code: 'bad_attachment' });
    for (const path of ['.', 'z', 'none'])
      await expect(attachFile(home, path, [])).rejects.toMatchObject({ code: 'bad_attachment' });
    const large = [{ name: 'b', text: 'x'.repeat(12 * 1024 * 1024) }];
    await expect(attachFile(home, 'a', large)).rejects.toMatchObject({ code: 'bad_attachment' });
  });
});
