import type {
  BatchDetails,
  EntryDetails,
  EntryListed,
  Language,
  ProjectDetails,
  SerialReport,
} from '@tallystick/contract'

/** What the pages show: the answers of the national API, from whoever gives them. */
export interface PublicReads {
  /** Throws a problem for what is no serial number, and for units that are not known. */
  serial(text: string): Promise<SerialReport>
  batch(id: string): Promise<BatchDetails | undefined>
  project(id: string): Promise<ProjectDetails | undefined>
  /** Here and below: what people wrote is isolated in the sentence. */
  entry(index: number, language: Language): Promise<EntryDetails | undefined>
  /** Newest first. */
  newest(count: number, language: Language): Promise<EntryListed[]>
}
