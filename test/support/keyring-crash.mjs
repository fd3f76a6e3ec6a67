// The helper process, with the real addon and a real crash of it: its search runs into a locked keyring.
import keytar from 'keytar';
import { serve } from '../../build/store/keyring/serve.js';

serve(async () => ({ ...keytar, getPassword: (service) => keytar.findCredentials(service) }), 'linux');
