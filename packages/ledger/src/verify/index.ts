export {
  type Certificate,
  CertificateError,
  parseCertificate,
  verifyCertificate,
  verifyCertificatePdf,
} from './certificate.ts'
export { type CertificateOpening, certificateFacts } from './certificate-facts.ts'
export { doubledMember } from './doubled-member.ts'
export type { Finding, FindingCode, Where } from './finding.ts'
export { formatReport } from './format.ts'
export { type VerifyOptions, verifyLog } from './log.ts'
export { type PolicyReport, readPolicy } from './policy-check.ts'
export { type CertificateReport, exitCodeOf, type Notice, type VerifyReport } from './report.ts'
export { runVerify, type VerifyRun } from './run.ts'
export { FolderSource, type LogSource, type ReadOutcome, type Unreadable, UrlSource } from './source.ts'
