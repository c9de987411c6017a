import { join } from 'node:path';

// npm start -- --settings FILE.json [--trace FILE]: the console as it is today, without a screen.
const args = process.argv.slice(2);

if (args.some((arg) => /^--(?:settings|store)(?:=|$)/.test(arg))) {
  // In this very process, so that signals and exit codes are the console's own.
  const headless = join(import.meta.dirname, '..', 'src', 'main', 'headless.ts');
  process.argv = [process.execPath, headless, '--headless', ...args.filter((arg) => arg !== '--headless')];
  await import(headless);
} else {
  console.error(
    [
      'cordboard: a settings file is needed, as this version has no screen yet that could ask for the settings.',
      'Copy resources/settings.example.json, enter your exchange, operator line and headset phone, and run:',
      '  npm start -- --settings FILE.json',
    ].join('\n'),
  );
  process.exitCode = 2;
}
