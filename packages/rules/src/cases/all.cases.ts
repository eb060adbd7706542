import { abroadCases } from './abroad.cases.ts'
import { agreementCases } from './agreements.cases.ts'
import { bufferCases } from './buffer.cases.ts'
import type { Case } from './case.fixture.ts'
import { certificationCases } from './certifications.cases.ts'
import { conversionCases } from './converting.cases.ts'
import { correctionCases } from './corrections.cases.ts'
import { creditingCases } from './crediting.cases.ts'
import { foundingCases } from './founding.cases.ts'
import { heldCases } from './held.cases.ts'
import { independenceCases } from './independence.cases.ts'
import { issuingCases } from './issuing.cases.ts'
import { lifeCycleCases } from './life-cycle.cases.ts'
import { markingCases } from './marking.cases.ts'
import { mirrorCases } from './mirrors.cases.ts'
import { movementCases } from './movements.cases.ts'
import { outcomeCases } from './outcomes.cases.ts'
import { parameterCases } from './parameters.cases.ts'
import { pendingCases } from './pending.cases.ts'
import { peopleCases } from './people.cases.ts'
import { periodCases } from './periods.cases.ts'
import { projectCases } from './projects.cases.ts'
import { reportCases } from './reports.cases.ts'
import { reversalsCases } from './reversals.cases.ts'
import { settledCases } from './settled.cases.ts'
import { signatureCases } from './signatures.cases.ts'
import { tightenedCases } from './tightened.cases.ts'
import { useCases } from './uses.cases.ts'

/** The examples of all rules: each refusal of each, and what each writes. A new rule's have their place here. */
export const cases: readonly Case[] = [
  ...foundingCases,
  ...parameterCases,
  ...peopleCases,
  ...independenceCases,
  ...certificationCases,
  ...projectCases,
  ...lifeCycleCases,
  ...settledCases,
  ...signatureCases,
  ...creditingCases,
  ...periodCases,
  ...outcomeCases,
  ...reportCases,
  ...issuingCases,
  ...conversionCases,
  ...movementCases,
  ...pendingCases,
  ...agreementCases,
  ...tightenedCases,
  ...abroadCases,
  ...markingCases,
  ...useCases,
  ...heldCases,
  ...bufferCases,
  ...reversalsCases,
  ...correctionCases,
  ...mirrorCases,
]
