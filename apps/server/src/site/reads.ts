import type {
  BatchDetails,
  Comment,
  Description,
  EntryDetails,
  EntryListed,
  IssuedPaper,
  Language,
  Page,
  ProjectDetails,
  SerialReport,
  TimelineEvent,
} from '@tallystick/contract'
import type { Paper } from '../platform/paper/paper.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'

/** A page of a time line. */
export interface TimelineAsked {
  order: 'newest' | 'oldest'
  limit: number
  cursor?: string | undefined
}

/** Comments on the page of a project. */
export interface CommentsShown {
  /** While comments may be sent: until when. */
  until: string | null
  comments: Comment[]
  /** Are there more than these? */
  more: boolean
}

/** What a paper says today, and how it stands. */
export interface PaperShown {
  shown: IssuedPaper
  paper: Paper
}

/** What the pages show: the answers of the national API, from whoever gives them. */
export interface PublicReads {
  /** Throws a problem for what is no serial number, and for units that are not known. */
  serial(text: string): Promise<SerialReport>
  batch(id: string): Promise<BatchDetails | undefined>
  project(id: string): Promise<ProjectDetails | undefined>
  /** Undefined where nobody has described it. */
  description(id: string): Promise<Description | undefined>
  /** Undefined where it was never open to comments. */
  comments(id: string): Promise<CommentsShown | undefined>
  /** Here and below: what people wrote is isolated in the sentence. Undefined where there is no such project. */
  timeline(id: string, language: Language, query: TimelineAsked): Promise<Page<TimelineEvent> | undefined>
  /** Letters and certificates about a project, newest first. */
  papers(project: string, limit: number): Promise<IssuedPaper[]>
  /** Undefined where the entry makes no paper. */
  paper(index: number, language: PaperLanguage): Promise<PaperShown | undefined>
  entry(index: number, language: Language): Promise<EntryDetails | undefined>
  /** Newest first. */
  newest(count: number, language: Language): Promise<EntryListed[]>
}
