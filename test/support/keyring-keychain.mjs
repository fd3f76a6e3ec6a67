import { serveFake } from './keyring-fake.mjs';

serveFake('darwin');
