// Money, times, sizes and rates in words.

import { locale, t } from './words.js';

const atto = 10n ** 18n;

/** attoFIL in decimal digits as FIL: no decimals from 100 on, two from 1 on, else four; rounded half up. */
export function fil(text) {
  if (!/^-?\d+$/.test(text ?? '')) return t('unknown');
  const value = BigInt(text);
  const size = value < 0n ? -value : value;
  const digits = size >= 100n * atto ? 0 : size >= atto ? 2 : 4;
  const unit = 10n ** BigInt(18 - digits);
  const rounded = (size + unit / 2n) / unit;
  const sign = value < 0n ? '−' : '';
  if (size > 0n && rounded === 0n) return `${sign}< 0.0001 FIL`;
  const scale = 10n ** BigInt(digits);
  const whole = new Intl.NumberFormat(locale()).format(rounded / scale);
  const rest = digits === 0 ? '' : `.${String(rounded % scale).padStart(digits, '0')}`;
  return `${sign}${whole}${rest} FIL`;
}

/** A number with its thousands apart. */
export const count = number => new Intl.NumberFormat(locale()).format(number);

/** 0 to 1 as percent; what is not whole is never rounded up to 100. */
export function percent(share) {
  const value = share >= 1 ? 100 : Math.min(99, Math.floor(share * 100 + 1e-9));
  return `${Math.max(0, value)} %`;
}

/** "2 d 04 h", "3 h 05 min", "4 min 07 s", "12 s". */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = value => String(value).padStart(2, '0');
  if (s >= 86400) return t('time.days', { d: Math.floor(s / 86400), h: two(Math.floor((s % 86400) / 3600)) });
  if (s >= 3600) return t('time.hours', { h: Math.floor(s / 3600), m: two(Math.floor((s % 3600) / 60)) });
  if (s >= 60) return t('time.minutes', { m: Math.floor(s / 60), s: two(s % 60) });
  return t('time.seconds', { s });
}

/** As long as something took: short ones with a tenth. */
export const took = seconds => (seconds < 10 ? t('time.seconds', { s: seconds.toFixed(1) }) : duration(seconds));

/** "in 3 h 05 min", "12 s ago". */
export function relative(instant, now) {
  const seconds = (instant - now) / 1000;
  return seconds >= 0 ? t('time.in', { time: duration(seconds) }) : t('time.ago', { time: duration(-seconds) });
}

/** Day and time of this reader's clock: "Wed 2 Dec, 14:20", with seconds if asked for. */
export function absolute(instant, seconds = false) {
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined, hourCycle: 'h23',
  }).format(new Date(instant));
}

/** "03:12:07". */
export const clock = instant =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(instant));

/** Bytes in binary units with three digits. */
export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(size >= 10 ? 1 : 2)} ${units[unit]}`;
}

/** Units a second: bytes, nodes of 32 bytes, whatever is counted; of labels the number alone, which stands beside their name. */
export function rate(value, unit) {
  if (unit === 'bytes') return `${bytes(value)}/s`;
  const [size, scale] = value >= 1e5 ? [(value / 1e6).toFixed(2), ' M'] : value >= 100 ? [(value / 1e3).toFixed(1), ' k'] : [value.toFixed(1), ''];
  return unit === 'labels' ? `${size}${scale}/s` : `${size}${scale} ${t(unit === 'nodes' ? 'unit.nodes' : 'unit.other')}/s`;
}
