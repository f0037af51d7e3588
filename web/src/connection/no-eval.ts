/** The AI SDK checks chunks with zod, which would try whether it may compile code. It may not. */

import { config } from "zod/v4/core";

config({ jitless: true });
