import type { ServerConfig } from '../config.ts';
import { profileOf } from '../phoenix/profile.ts';
import { fallbackOf, SETTING_KEYS, SETTINGS } from './settings.ts';

/** What was said, and for the rest the defaults of the profile it names. */
export function withDefaults(told: Partial<ServerConfig>): ServerConfig {
  const profile = profileOf(told.server ?? 'bandit', told.phoenixVersion);
  const entries = SETTING_KEYS.map((key) => [key, fallbackOf<unknown>(SETTINGS[key], profile, told)]);
  // SETTINGS has one setting for every field, of the field's own type.
  return { ...(Object.fromEntries(entries) as ServerConfig), ...told };
}
