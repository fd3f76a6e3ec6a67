import type { jsonSchemaValidator } from '@modelcontextprotocol/client';
import { asSchema, faults } from './input-schema.ts';

/**
 * Judges structured results in the place of the SDK's own validator, which runs the patterns of a server over the
 * text of the same server: one expression and thirty characters would keep the program busy for ever.
 */
export const outputJudge: jsonSchemaValidator = {
  getValidator: (schema) => (value) => {
    const found = faults(value, asSchema(schema));
    return found.length === 0
      ? { valid: true, data: value as never, errorMessage: undefined }
      : { valid: false, data: undefined, errorMessage: found.join('; ') };
  },
};
