import { startSipAgent } from '../../src/pbx-link/sip-agent/sip-agent.ts';

// The SIP agent in a process of its own, as a drachtio-server is one: says where it is reached in one line of JSON on
// stdout, and ends when its stdin does.

const agent = await startSipAgent({});
process.stdout.write(`${JSON.stringify(agent.admin)}\n`);
process.stdin.resume();
process.stdin.once('end', () => void agent.close());
