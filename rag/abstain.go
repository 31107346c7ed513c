package rag

// abstention says, in a language, why there is no answer. A language without
// sentences of its own is answered in English.
func abstention(language string, reason Reason) string {
	sentences, ok := abstentions[language]
	if !ok {
		sentences = abstentions["en"]
	}
	if reason == ReasonNoTerms {
		return sentences.noTerms
	}
	return sentences.notFound
}

// abstentions: notFound where the documents do not answer, noTerms where the
// question has nothing to search for.
var abstentions = map[string]struct{ notFound, noTerms string }{
	"ar": {"لم أجد في الوثائق جوابًا عن هذا السؤال.", "لا يوجد في السؤال ما يمكن البحث عنه. اكتب سؤالك بالكلمات من فضلك."},
	"de": {"In den Dokumenten wurde keine Antwort auf diese Frage gefunden.", "Die Frage enthält nichts, wonach sich suchen lässt. Bitte formulieren Sie sie in Worten."},
	"el": {"Δεν βρέθηκε απάντηση σε αυτή την ερώτηση στα έγγραφα.", "Η ερώτηση δεν περιέχει κάτι προς αναζήτηση. Παρακαλώ διατυπώστε τη με λέξεις."},
	"en": {"No answer to this question was found in the documents.", "There is nothing in the question to search for. Please ask it in words."},
	"es": {"No se encontró respuesta a esta pregunta en los documentos.", "La pregunta no contiene nada que buscar. Por favor, formúlela con palabras."},
	"fa": {"پاسخی برای این پرسش در اسناد پیدا نشد.", "در پرسش چیزی برای جست\u200cوجو نیست. لطفاً آن را با واژه\u200cها بنویسید."},
	"fr": {"Aucune réponse à cette question n'a été trouvée dans les documents.", "La question ne contient rien à rechercher. Veuillez la formuler avec des mots."},
	"hi": {"दस्तावेज़ों में इस प्रश्न का उत्तर नहीं मिला।", "प्रश्न में खोजने योग्य कुछ नहीं है। कृपया उसे शब्दों में लिखें।"},
	"id": {"Jawaban atas pertanyaan ini tidak ditemukan dalam dokumen.", "Tidak ada yang dapat dicari dalam pertanyaan ini. Silakan tulis dengan kata-kata."},
	"it": {"Nei documenti non è stata trovata una risposta a questa domanda.", "Nella domanda non c'è nulla da cercare. La formuli con parole, per favore."},
	"ja": {"文書の中にこの質問への答えは見つかりませんでした。", "質問に検索できる言葉がありません。言葉で質問してください。"},
	"ko": {"문서에서 이 질문에 대한 답을 찾지 못했습니다.", "질문에 검색할 수 있는 말이 없습니다. 낱말로 질문해 주세요."},
	"nl": {"In de documenten is geen antwoord op deze vraag gevonden.", "De vraag bevat niets om op te zoeken. Stel de vraag in woorden."},
	"pl": {"W dokumentach nie znaleziono odpowiedzi na to pytanie.", "W pytaniu nie ma nic do wyszukania. Proszę zadać je słowami."},
	"pt": {"Não foi encontrada nos documentos uma resposta a esta pergunta.", "A pergunta não contém nada que se possa procurar. Escreva-a em palavras, por favor."},
	"ro": {"În documente nu s-a găsit un răspuns la această întrebare.", "Întrebarea nu conține nimic de căutat. Vă rugăm să o formulați în cuvinte."},
	"ru": {"В документах не найден ответ на этот вопрос.", "В вопросе нет ничего, что можно было бы искать. Пожалуйста, задайте его словами."},
	"th": {"ไม่พบคำตอบของคำถามนี้ในเอกสาร", "ในคำถามไม่มีคำที่ใช้ค้นหาได้ กรุณาถามเป็นคำ"},
	"tr": {"Belgelerde bu sorunun yanıtı bulunamadı.", "Soruda aranacak bir şey yok. Lütfen soruyu sözcüklerle yazın."},
	"vi": {"Không tìm thấy câu trả lời cho câu hỏi này trong các tài liệu.", "Trong câu hỏi không có gì để tìm kiếm. Vui lòng đặt câu hỏi bằng từ ngữ."},
	"zh": {"文档中没有找到这个问题的答案。", "问题中没有可以搜索的内容，请用文字提问。"},
}
