import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules holds every package at the version that package-lock.json says, so that packages which someone
 * installed by hand are not installed again. Packages for other machines may be absent.
 * @param {string} root the project's folder
 */
export function isInstalledAsLocked(root) {
  // npm writes this file as the last step of an installation.
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  return agrees(packagesOf(join(root, 'package-lock.json')), packagesOf(installedFile));
}

/**
 * @typedef {{version?: string, optional?: boolean, devOptional?: boolean}} LockedPackage
 * @param {Record<string, LockedPackage>} locked by folder, '' being the project itself
 * @param {Record<string, LockedPackage>} installed
 */
export function agrees(locked, installed) {
  return Object.entries(locked).every(([folder, { version, optional }]) => {
    const found = installed[folder];
    return folder === '' || (found === undefined ? optional === true : found.version === version);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
