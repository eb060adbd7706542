import type { Paper, Section, Table } from './paper.ts'

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

/** A paper with a part of each kind, in the given texts. */
export function sample(changes: Partial<Paper> = {}): Paper {
  return {
    kind: 'document',
    language: 'en',
    direction: 'ltr',
    made: '2026-11-23T08:30:00Z',
    head: {
      registry: 'Carbon registry of Exampleland',
      authority: 'Ministry of Environment, Designated National Authority',
    },
    over: 'Project design document · version 3',
    title: 'Salt Lake solar plant',
    lead: [
      { text: 'A solar plant of 24 MW at Salt Lake that feeds the national grid, and is expected to avoid ' },
      { text: 'about 41,000 tonnes of CO₂e', bold: true },
      { text: ' a year from 2026 to 2033.' },
    ],
    status: { word: 'Under validation', tone: 'sun' },
    facts: [
      { label: 'Project', value: 'Salt Lake solar plant (project 42)' },
      { label: 'Owner', value: 'Sunfield Power Ltd' },
      { label: 'Sectoral scope', value: '1 Energy industries' },
      { label: 'Methodology', value: 'AMS-I.D, version 18.0' },
      { label: 'Crediting period', value: '1 January 2026 to 31 December 2032' },
      { label: 'Serial numbers', value: [{ text: 'XT-ITMO-1-042-2024-0-1201-1450', mono: true }] },
    ],
    sections: sections(),
    foot: { id: 'PDD-042', version: '3', sha256: HASH, check: 'https://registry.example.org/check/PDD-042' },
    ...changes,
  }
}

const yearly = ['2026', '2027', '2028', '2029', '2030'].map((year, at) => ({
  cells: [year, `${44_000 + 210 * at}`, `${1_200 + 11 * at}`, '0', `${42_800 + 199 * at}`],
}))

const PROSE =
  'The plant displaces electricity that would have come from the grid, where three quarters are made from diesel. Its output is ' +
  'metered at the point of delivery by two meters of class 0.2S, read every quarter of an hour and calibrated once a year.'

export const upright: Table = {
  block: 'table',
  caption: 'Emission reductions by year, in tonnes of CO₂e',
  columns: [
    { title: 'Year' },
    { title: 'Baseline', align: 'end' },
    { title: 'Project', align: 'end' },
    { title: 'Leakage', align: 'end' },
    { title: 'Reductions', align: 'end' },
  ],
  rows: [...yearly, { cells: ['Total', '222,100', '6,110', '0', '215,990'], total: true }],
}

export function across(columns: number, rows: number): Table {
  const titles = [
    'Parameter',
    'Unit',
    'Source of data',
    'Method',
    'Frequency',
    'Responsible',
    'Quality control',
    'Value',
  ]
  return {
    block: 'table',
    caption: 'Monitoring plan',
    columns: Array.from({ length: columns }, (_, at) => ({
      title: titles[at] ?? `Quarter ${at - 7}`,
      ...(at > 6 && { align: 'end' as const }),
    })),
    rows: Array.from({ length: rows }, (_, row) => ({
      cells: Array.from({ length: columns }, (_, at) =>
        at > 6 ? `${1000 + row * at}` : `${titles[at]} of row ${row + 1}, as measured`,
      ),
    })),
  }
}

function sections(): Section[] {
  return [
    { number: 'A', title: 'Description of the project', blocks: [] },
    {
      number: 'A.1',
      title: 'Purpose',
      level: 2,
      blocks: [
        { block: 'paragraph', text: PROSE },
        {
          block: 'paragraph',
          text: [
            { text: 'Additional ' },
            { text: 'because', italic: true },
            { text: ' it is ' },
            { text: 'the first of its kind', bold: true },
            { text: '.' },
          ],
        },
        {
          block: 'list',
          items: [
            '24 MW of panels on 38 hectares of salt flat',
            'a substation of 33 kV',
            'a line of 4.2 km to the grid',
          ],
        },
        { block: 'list', ordered: true, items: ['Building: 2025', 'Operation: from January 2026'] },
      ],
    },
    {
      number: 'A.2',
      title: 'Facts',
      level: 2,
      blocks: [
        {
          block: 'values',
          items: [
            { label: 'Installed capacity', value: '24 MW' },
            { label: 'Technology', value: 'Crystalline silicon, fixed tilt' },
            { label: 'Coordinates', value: '12.3456, −45.6789' },
            { label: 'Previous registration', value: '' },
            { label: 'Local benefits', value: `${PROSE} ${PROSE}` },
          ],
        },
        { block: 'paragraph', text: 'Rounded for reading; the record itself has every digit.', tone: 'note' },
        {
          block: 'paragraph',
          text: 'Two findings are open. They stop no payment, but the issuance waits for them.',
          tone: 'warning',
        },
      ],
    },
    { number: 'B', title: 'Emission reductions', blocks: [upright] },
    { number: 'C', title: 'Monitoring', blocks: [{ block: 'paragraph', text: PROSE }, across(9, 12)] },
    {
      number: 'D',
      title: 'Signatures',
      blocks: [
        {
          block: 'signatures',
          slots: [
            { id: 'developer', role: 'For the developer', name: 'Amara Diallo', organisation: 'Sunfield Power Ltd' },
            {
              id: 'certifier',
              role: 'For the certifier',
              name: 'Jun Tanaka',
              organisation: 'Northern Assurance',
              signed: ['✓ Signed with a key of one’s own (AES)', '23 November 2026 at 08:12 UTC'],
            },
          ],
        },
      ],
    },
  ]
}

/** Arabic, with names, numbers and serial numbers that are written from the left. */
export function arabic(): Paper {
  return sample({
    language: 'ar',
    direction: 'rtl',
    head: {
      registry: 'سجل الكربون في مثاليا',
      authority: 'وزارة البيئة، السلطة الوطنية المعينة',
    },
    over: 'وثيقة تصميم المشروع · النسخة 3',
    title: 'محطة البحيرة المالحة للطاقة الشمسية',
    lead: 'محطة للطاقة الشمسية بقدرة 24 MW في Salt Lake تغذي الشبكة الوطنية، ويُتوقع أن تتفادى نحو 41,000 طن من مكافئ CO₂ في السنة من 2026 إلى 2033.',
    status: { word: 'قيد المصادقة', tone: 'sun' },
    facts: [
      { label: 'المشروع', value: 'محطة البحيرة المالحة (المشروع 42)' },
      { label: 'المالك', value: 'Sunfield Power Ltd (2019)' },
      { label: 'الأرقام التسلسلية', value: [{ text: 'XT-ITMO-1-042-2024-0-1201-1450', mono: true }] },
    ],
    sections: [
      {
        number: '1',
        title: 'الغرض',
        blocks: [
          {
            block: 'paragraph',
            text: 'تحل المحطة محل كهرباء تنتجها مولدات الديزل. ويقاس الإنتاج بعدادين من الفئة 0.2S ويعايران مرة في السنة.',
          },
          { block: 'list', items: ['ألواح بقدرة 24 MW على مساحة 38 هكتارا', 'Substation (33 kV)', 'خط بطول 4.2 km'] },
          { block: 'list', ordered: true, items: ['البناء: 2025', 'التشغيل: يناير 2026'] },
          {
            block: 'values',
            items: [
              { label: 'الإحداثيات', value: '12.3456, −45.6789' },
              { label: 'الهاتف', value: '+254 (0)20 1234567' },
            ],
          },
        ],
      },
      {
        number: '2',
        title: 'تخفيضات الانبعاثات',
        blocks: [
          {
            block: 'table',
            caption: 'التخفيضات بحسب السنة، بالأطنان من مكافئ CO₂',
            columns: [
              { title: 'السنة' },
              { title: 'خط الأساس', align: 'end' },
              { title: 'المشروع', align: 'end' },
              { title: 'التخفيضات', align: 'end' },
            ],
            rows: [
              { cells: ['2026', '44,000', '1,200', '42,800'] },
              { cells: ['2027', '44,210', '−1,211', '42,999'] },
              { cells: ['المجموع', '88,210', '−11', '85,799'], total: true },
            ],
          },
          {
            block: 'signatures',
            slots: [
              { id: 'one', role: 'عن المالك', name: 'أمينة', organisation: 'Sunfield Power Ltd' },
              { id: 'two', role: 'عن جهة التصديق', name: 'Jun Tanaka' },
            ],
          },
        ],
      },
    ],
  })
}

export function hindi(): Paper {
  return sample({
    language: 'hi',
    head: { registry: 'कार्बन रजिस्ट्री', authority: 'पर्यावरण मंत्रालय, राष्ट्रीय प्राधिकरण' },
    over: 'परियोजना अभिकल्प दस्तावेज़ · संस्करण 3',
    title: 'साल्ट लेक सौर ऊर्जा संयंत्र',
    lead: 'साल्ट लेक में 24 MW का सौर संयंत्र, जो प्रति वर्ष लगभग 41,000 टन CO₂e उत्सर्जन कम करेगा।',
    status: { word: 'सत्यापन जारी', tone: 'sun' },
    facts: [
      { label: 'परियोजना', value: 'साल्ट लेक सौर संयंत्र (परियोजना 42)' },
      { label: 'स्वामी', value: 'Sunfield Power Ltd' },
    ],
    sections: [
      {
        number: '1',
        title: 'उद्देश्य',
        blocks: [
          {
            block: 'paragraph',
            text: [
              { text: 'यह संयंत्र ग्रिड की बिजली का स्थान लेता है, जिसका ' },
              { text: 'तीन-चौथाई डीज़ल से बनता है', bold: true },
              { text: '। उत्पादन को दो मीटरों से मापा जाता है, जिन्हें वर्ष में एक बार जाँचा जाता है। क्षेत्र, श्रेणी, ज्ञान, प्रकृति।' },
            ],
          },
          { block: 'list', items: ['38 हेक्टेयर पर 24 MW के पैनल', '33 kV का उपकेंद्र'] },
        ],
      },
    ],
  })
}

export function russian(): Paper {
  return sample({
    language: 'ru',
    head: {
      registry: 'Углеродный реестр',
      authority: 'Министерство окружающей среды, уполномоченный национальный орган',
    },
    over: 'Проектная документация · версия 3',
    title: 'Солнечная электростанция «Солёное озеро»',
    lead: 'Солнечная электростанция мощностью 24 МВт, которая позволит избежать выбросов около 41 000 тонн CO₂-экв. в год.',
    status: { word: 'На валидации', tone: 'sun' },
    facts: [
      { label: 'Проект', value: 'Солёное озеро (проект 42)' },
      { label: 'Владелец', value: 'Sunfield Power Ltd, Қазақстан' },
    ],
    sections: [
      {
        number: '1',
        title: 'Цель проекта',
        blocks: [
          {
            block: 'paragraph',
            text: 'Станция замещает электроэнергию сети, три четверти которой вырабатываются на дизельном топливе. Смешанная строка: Ελληνικά, हिन्दी, العربية и Tiếng Việt.',
          },
          upright,
        ],
      },
    ],
  })
}
