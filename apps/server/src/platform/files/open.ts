import { join } from 'node:path'
import type { Config } from '../config.ts'
import { localFiles } from './local.ts'
import { openQuarantine } from './quarantine.ts'
import type { FileStore } from './store.ts'

const MB = 1_048_576

/** Where files are kept, and how large they may be. */
export interface Files {
  store: FileStore
  /** The folder of this process in which a file lies until it was judged. */
  incoming: string
  /** Of one file. */
  maxBytes: number
  /** Of all files that go with one kind of document of a project. */
  maxDocumentBytes: number
}

/** The files that a configuration names. */
export async function openFiles(config: Config): Promise<Files> {
  const folder = join(config.DATA_DIR, 'files')
  const incoming = join(folder, 'incoming')
  await openQuarantine(incoming)
  const store = config.FILE_SERVICE === 'S3' ? await bucketOf(config) : await localFiles(folder)
  return {
    store,
    incoming,
    maxBytes: config.FILE_MAX_MB * MB,
    maxDocumentBytes: config.DOCUMENT_FILES_MAX_MB * MB,
  }
}

async function bucketOf(config: Config): Promise<FileStore> {
  const { S3_COMMON_BUCKET: bucket = '', S3_ENDPOINT: endpoint, S3_REGION: region } = config
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config
  const keys = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
  // Servers other than Amazon's mostly have no host for each bucket.
  const pathStyle = config.S3_PATH_STYLE ?? endpoint !== undefined
  // The client of S3 is large: only who uses it loads it.
  const { s3Files } = await import('./s3.ts')
  return s3Files({ bucket, endpoint, region, keys, pathStyle })
}
