// What the page says, by language. Every table has the same keys.

const table = {
  en: {
    tagline: "Answers from your own documents, with the exact place.",
    question: "Your question", ask: "Ask", examples: "Examples",
    answer: "Answer", passages: "Passages", source: "Source",
    degraded: "Limited", searching: "Searching…",
    failed: "That did not work.", unreachable: "The server cannot be reached.",
    documents: "Documents", choose: "Add files", upload: "Upload", uploading: "Uploading…", uploaded: "Uploaded.",
    more: "Show more", remove: "Delete", reallyRemove: "Really delete?", removed: "Deleted", passagesCount: "passages",
    key: "Your key", keyWanted: "This server asks for a key.",
  },
  ko: {
    tagline: "내 문서에서 답을 찾고, 근거가 되는 자리를 그대로 보여 줍니다.",
    question: "질문", ask: "물어보기", examples: "예시 질문",
    answer: "답변", passages: "찾은 대목", source: "출처",
    degraded: "제한됨", searching: "찾는 중…",
    failed: "처리하지 못했습니다.", unreachable: "서버에 연결할 수 없습니다.",
    documents: "문서", choose: "파일 추가", upload: "올리기", uploading: "올리는 중…", uploaded: "올렸습니다.",
    more: "더 보기", remove: "삭제", reallyRemove: "정말 삭제할까요?", removed: "삭제됨", passagesCount: "대목",
    key: "키", keyWanted: "이 서버는 키가 필요합니다.",
  },
  ja: {
    tagline: "手元の文書から答え、根拠の箇所をそのまま示します。",
    question: "質問", ask: "質問する", examples: "質問の例",
    answer: "回答", passages: "見つかった箇所", source: "出典",
    degraded: "制限あり", searching: "検索しています…",
    failed: "処理できませんでした。", unreachable: "サーバーに接続できません。",
    documents: "文書", choose: "ファイルを追加", upload: "アップロード", uploading: "アップロード中…", uploaded: "アップロードしました。",
    more: "さらに表示", remove: "削除", reallyRemove: "本当に削除しますか？", removed: "削除しました", passagesCount: "箇所",
    key: "キー", keyWanted: "このサーバーにはキーが必要です。",
  },
  zh: {
    tagline: "从您自己的文档中回答，并标出确切出处。",
    question: "您的问题", ask: "提问", examples: "示例问题",
    answer: "回答", passages: "找到的段落", source: "出处",
    degraded: "功能受限", searching: "正在查找…",
    failed: "未能完成。", unreachable: "无法连接服务器。",
    documents: "文档", choose: "添加文件", upload: "上传", uploading: "正在上传…", uploaded: "已上传。",
    more: "显示更多", remove: "删除", reallyRemove: "确定删除？", removed: "已删除", passagesCount: "段落",
    key: "密钥", keyWanted: "此服务器需要密钥。",
  },
  ar: {
    tagline: "إجابات من مستنداتك، مع الموضع الدقيق لكل منها.",
    question: "سؤالك", ask: "اسأل", examples: "أمثلة",
    answer: "الإجابة", passages: "المقاطع", source: "المصدر",
    degraded: "محدود", searching: "جارٍ البحث…",
    failed: "تعذّر إتمام الطلب.", unreachable: "تعذّر الوصول إلى الخادم.",
    documents: "المستندات", choose: "إضافة ملفات", upload: "رفع", uploading: "جارٍ الرفع…", uploaded: "تم الرفع.",
    more: "عرض المزيد", remove: "حذف", reallyRemove: "هل تريد الحذف حقًا؟", removed: "تم الحذف", passagesCount: "مقاطع",
    key: "المفتاح", keyWanted: "يتطلب هذا الخادم مفتاحًا.",
  },
  th: {
    tagline: "ตอบจากเอกสารของคุณเอง พร้อมตำแหน่งอ้างอิงที่แน่ชัด",
    question: "คำถามของคุณ", ask: "ถาม", examples: "ตัวอย่างคำถาม",
    answer: "คำตอบ", passages: "ข้อความที่พบ", source: "แหล่งที่มา",
    degraded: "ทำงานได้จำกัด", searching: "กำลังค้นหา…",
    failed: "ทำไม่สำเร็จ", unreachable: "ติดต่อเซิร์ฟเวอร์ไม่ได้",
    documents: "เอกสาร", choose: "เพิ่มไฟล์", upload: "อัปโหลด", uploading: "กำลังอัปโหลด…", uploaded: "อัปโหลดแล้ว",
    more: "แสดงเพิ่มเติม", remove: "ลบ", reallyRemove: "ลบจริงหรือไม่", removed: "ลบแล้ว", passagesCount: "ข้อความ",
    key: "คีย์", keyWanted: "เซิร์ฟเวอร์นี้ต้องใช้คีย์",
  },
};

// chooseWords picks the first of the reader's languages that there are words for.
export function chooseWords(languages) {
  for (const tag of languages) {
    const primary = tag.toLowerCase().split("-")[0];
    if (Object.hasOwn(table, primary)) return { language: primary, words: table[primary] };
  }
  return { language: "en", words: table.en };
}
