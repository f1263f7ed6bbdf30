import type { Catalogue } from './en.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** Loads the texts of one language. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  switch (language) {
    case 'en':
      return (await import('./en.ts')).en;
    case 'zh':
      return (await import('./zh.ts')).zh;
  }
}
