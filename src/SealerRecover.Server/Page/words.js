// Which language, and what is said in it.

import en from './words-en.js';
import zh from './words-zh.js';

const languages = { en, zh };
const kept = 'sealer-recover.language';

function chosen() {
  const said = localStorage.getItem(kept);
  if (said in languages) return said;
  return (navigator.language ?? 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

let language = chosen();
let plural = new Intl.PluralRules(language);

/** 'en' or 'zh'. */
export const currentLanguage = () => language;

/** For Intl: Chinese is simplified. */
export const locale = () => (language === 'zh' ? 'zh-Hans' : 'en-GB');

/** Changes the language and keeps that for the next time. */
export function setLanguage(name) {
  language = name;
  plural = new Intl.PluralRules(name);
  localStorage.setItem(kept, name);
}

/** Whether there is a text of that name. */
export const has = key => key in languages[language];

/** The text of that name; {n} and the like are filled in, and {n} decides between one and many. */
export function t(key, values = {}) {
  const words = languages[language];
  const form = typeof values.n === 'number' ? `${key}.${plural.select(values.n)}` : key;
  const text = words[form] ?? words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Texts that stand in the markup. */
export function wordMarkup(root = document) {
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  for (const element of root.querySelectorAll('[data-word]')) element.textContent = t(element.dataset.word);
  for (const element of root.querySelectorAll('[data-word-label]')) element.setAttribute('aria-label', t(element.dataset.wordLabel));
  for (const element of root.querySelectorAll('[data-word-hint]')) element.setAttribute('placeholder', t(element.dataset.wordHint));
}
