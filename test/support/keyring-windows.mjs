import { serveFake } from './keyring-fake.mjs';

serveFake('win32');
