// ceremony/evaluation_json.h - the parts of evaluation.json, for those who write it and those who
// check one. Format: docs/formats/evaluation.md.

#pragma once

#include <string>
#include <vector>

#include "ceremony/evaluation.h"

namespace ceremony {

bool shows_spare(PublicationChoice choice);
bool shows_continents(PublicationChoice choice);

// The answer with its figure, as far as the owners let it out; other answers stay as they are.
Answer with_figure(Answer answer, const PublishedFigures& figures, PublicationChoice choice);

// An answer with all its members.
Json answer_json(const Answer& answer);

// The list of records, "T1", "T2", ...
Json transcripts_json(const std::vector<RecordSummary>& records);

// Other names of the same questions.
Json aliases_json();

// The text, or null for none.
Json or_null(const std::string& text);

}  // namespace ceremony
