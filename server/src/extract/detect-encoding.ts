/**
 * The encoding of text without a mark that is not UTF-8: each candidate decodes a sample strictly, and the one whose
 * characters look most like a text of its language wins. Candidates: the legacy encodings of Chinese, Japanese, Korean
 * and Western European texts, by the names of the Encoding Standard (WHATWG). Also UTF-16 without a mark.
 */
const sampleBytes = 65_536;

interface Candidate {
  readonly encoding: string;
  /** Characters that make up a large share of any text of that language. */
  readonly frequent: ReadonlySet<number>;
  /** Which share that is in running text, so that languages can be compared. */
  readonly usualShare: number;
}

const simplified =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处府研究请参数默认文件选项版权说明';
const traditional =
  '的一是不了在有我人他這來上大個們到說時要就出會以也你對生能而子那得下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運檔案選項參數預設測試說明';
const japanese =
  'あいうえおかがきぎくぐけげこごさざしじすずせぜそぞただちっつづてでとどなにぬねのはばひびふぶへべほぼぱまみむめもやゃゆゅよょらりるれろわをんアイウエオカガキクグケコサザシジスズセソタダチッツテデトドナニネノハバパヒビピフブプヘベペホボポマミムメモヤャュョラリルレロワンー、。「」・日本人一大年会国中時分出上行見間者事的用場合入力定義数指定使用関連項目書式名前説明付録';
const korean =
  '이다는에의을가를은고하로지도기한사어서니들시나리인자아그해대있정여스라적일것으수부주전만게제보면상과구장우원성조용선비공유계동국모소치방경와음마무신러안중행문생오결위개거세실관말물명연트련내간야요된되때분할않없각발및램터키설파패버데합습';
const western = 'äöüßéèàçêâîôûëïùñíóúáìòãõœæøåÄÖÜÉÈÀÇØÅÆ«»“”‘’–—…€°§·©®£½²³ºª¿¡\u00a0';
/** Chinese and full-width punctuation says nothing about which of these encodings it is. */
const neutral = codes('，。、；：？！（）《》“”‘’「」『』·—…\u3000');

const windows1252 = 'windows-1252';
const candidates: readonly Candidate[] = [
  { encoding: 'gb18030', frequent: codes(simplified), usualShare: 0.42 },
  { encoding: 'big5', frequent: codes(traditional), usualShare: 0.42 },
  { encoding: 'shift_jis', frequent: codes(japanese), usualShare: 0.6 },
  { encoding: 'euc-jp', frequent: codes(japanese), usualShare: 0.6 },
  { encoding: 'euc-kr', frequent: codes(korean), usualShare: 0.65 },
  { encoding: windows1252, frequent: codes(western), usualShare: 0.9 },
];

/** The best first; the last is windows-1252, which every byte string fits. */
export function rankEncodings(bytes: Uint8Array): readonly string[] {
  const sample = bytes.subarray(0, sampleBytes);
  const scored = candidates
    .map((candidate) => ({ encoding: candidate.encoding, score: score(sample, candidate) }))
    .filter((entry) => entry.score > -Infinity)
    .sort((left, right) => right.score - left.score);
  return [...scored.map((entry) => entry.encoding), windows1252];
}

function score(sample: Uint8Array, candidate: Candidate): number {
  let text: string;
  try {
    // As a stream, because the sample may end inside a character.
    text = new TextDecoder(candidate.encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return -Infinity;
  }
  const isWestern = candidate.encoding === windows1252;
  let [counted, sum] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 128 || (!isWestern && neutral.has(code))) continue;
    counted += 1;
    if (candidate.frequent.has(code)) sum += isWestern && isBetweenOthers(text, at) ? -0.5 : 1;
    else if (isWestern || isUnlikely(code)) sum -= 1;
  }
  return counted === 0 ? 0 : sum / counted / candidate.usualShare;
}

/** Western letters beyond ASCII stand alone; three in a row are the bytes of another encoding. */
function isBetweenOthers(text: string, at: number): boolean {
  return at > 0 && text.charCodeAt(at - 1) > 127 && text.charCodeAt(at + 1) > 127;
}

/** Private use, half-width katakana, Latin beyond ASCII, the replacement character. */
function isUnlikely(code: number): boolean {
  return (code >= 0xe000 && code < 0xf900) || (code >= 0xff61 && code <= 0xff9f) || code < 0x100 || code >= 0xfffd;
}

/** `utf-16le` or `utf-16be` if the bytes are text in it, else null. */
export function detectUtf16(bytes: Uint8Array): string | null {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return null;
  const sample = bytes.subarray(0, sampleBytes);
  const [little, big] = ['utf-16le', 'utf-16be'].map((encoding) => utf16Share(sample, encoding));
  if ((little ?? 0) < 0.9 && (big ?? 0) < 0.9) return null;
  return (little ?? 0) >= (big ?? 0) ? 'utf-16le' : 'utf-16be';
}

/** Share of units that usual texts consist of; 0 if the bytes are not this encoding or hold no blank and no line end. */
function utf16Share(sample: Uint8Array, encoding: string): number {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return 0;
  }
  if (!/[ \n]/.test(text)) return 0;
  return (
    (
      text.match(
        /[\t\n\r\u0020-\u024f\u0370-\u052f\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]/g,
      ) ?? []
    ).length / text.length
  );
}

function codes(characters: string): ReadonlySet<number> {
  return new Set([...characters].map((character) => character.charCodeAt(0)));
}
