// What the MCP server is about: a handful of notes.

type Note = { id: string; title: string; text: string };

export type Notebook = {
  all(): Note[];
  find(id: string): Note | undefined;
  search(query: string): Note[];
  add(title: string, text: string): Note;
};

const FIRST: Note[] = [
  {
    id: 'coffee',
    title: 'How to make coffee',
    text: 'Sixty grams to a litre, water at 94 degrees, four minutes. Stir once.',
  },
  {
    id: 'garden',
    title: 'The garden',
    text: 'Tomatoes in May, garlic in October. Coffee grounds for the roses.',
  },
  {
    id: 'oauth',
    title: 'OAuth in one line',
    text: 'Never give your password to a program: let it ask, and say yes.',
  },
  { id: 'packing', title: 'Packing list', text: 'Passport, charger, a book that is not about work.' },
];

/** Notes; the oldest that were added go first. */
const LIMIT = 200;

export function openNotebook(): Notebook {
  const notes = [...FIRST];
  return {
    all: () => [...notes],
    find: (id) => notes.find((note) => note.id === id),
    search(query) {
      const wanted = query.toLowerCase();
      return notes.filter(({ title, text }) => `${title} ${text}`.toLowerCase().includes(wanted));
    },
    add(title, text) {
      const note = { id: `note-${notes.length + 1}`, title, text };
      notes.push(note);
      if (notes.length > LIMIT) notes.splice(FIRST.length, 1);
      return note;
    },
  };
}

/** A cup, as a PNG of sixteen pixels: what is not text has to go somewhere too. */
export const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAI0lEQVR4nGNgYGD4//8/AwMDIwMDw38GBgZGBgYGRgYGBkYGAH0QBQGk0Z0PAAAAAElFTkSuQmCC';
