// ceremony/script_page_style.h - how the page of a script looks on A4 paper and on a screen.

#pragma once

#include <string_view>

namespace ceremony {

inline constexpr std::string_view kScriptPageStyle = R"css(
@page { size: A4; margin: 16mm 14mm 18mm 14mm;
  @bottom-right { content: "page " counter(page) " of " counter(pages); font: 8pt sans-serif;
    color: #555e69; } }
* { box-sizing: border-box; }
body { font: 9.5pt/1.4 "Source Sans 3", "Liberation Sans", Arial, sans-serif; color: #1a1f26;
  max-width: 182mm; margin: 0 auto; }
header { border-bottom: 2pt solid #1f3a5f; margin-bottom: 5mm; }
.kind { text-transform: uppercase; letter-spacing: .14em; font-size: 8.5pt; color: #1f3a5f;
  margin: 0; font-weight: 600; }
h1 { font-size: 23pt; line-height: 1.15; margin: 1mm 0 2mm; font-weight: 600; }
h2 { font-size: 12.5pt; color: #1f3a5f; margin: 7mm 0 2mm; break-after: avoid; }
p { margin: 0 0 2mm; }
.not-record { color: #555e69; margin-bottom: 3mm; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; border: .5pt solid #aab2bd; padding: 1.4mm 1.8mm; }
thead { display: table-header-group; }
thead th { background: #1f3a5f; color: #fff; font-size: 8pt; font-weight: 600;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
thead .witness { color: #d5deea; font-weight: 400; }
tr { break-inside: avoid; }
.facts th { width: 42mm; font-weight: 600; background: #f1f4f8; font-size: 8.5pt;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
code, .words, kbd { font-family: "Liberation Mono", "DejaVu Sans Mono", monospace; }
code { font-size: 7.6pt; word-break: break-all; }
.words { font-size: 8pt; margin-top: .8mm; }
.line { display: block; height: 5mm; }
.box { display: inline-block; width: 3.4mm; height: 3.4mm; border: .8pt solid #1a1f26;
  margin-right: 1.5mm; vertical-align: -0.4mm; }
.mode { font-weight: 700; letter-spacing: .06em; padding: .4mm 2.2mm; border: 1pt solid #8a5a00;
  background: #fff3d6; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.mode.PRODUCTION { border-color: #9b1c1c; background: #fde8e8; }
.mode.DRILL { border-color: #1f5f3a; background: #e3f5ea; }
.sign-in td, .sign-in tbody th { height: 10mm; vertical-align: middle; }
.sign-in tbody th { width: 34mm; font-weight: 600; }
.rules li { margin-bottom: 1mm; }
.rules { padding-left: 6mm; break-inside: avoid; }
.steps { table-layout: fixed; }
.steps th:nth-child(1) { width: 9mm; }
.steps th:nth-child(2) { width: 27mm; }
.steps th:nth-child(4) { width: 32mm; }
.steps th:nth-child(5) { width: 17mm; }
.steps th:nth-child(6) { width: 17mm; }
.steps .part th { width: auto; background: #e3e9f1; color: #1f3a5f;
  font-size: 9.5pt; break-after: avoid; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }
.part { break-after: avoid; }
.number { text-align: right; font-variant-numeric: tabular-nums; color: #555e69; }
.day { white-space: nowrap; }
.who { font-size: 8.8pt; }
.witness { color: #555e69; }
.title { font-weight: 600; }
.say { margin: .6mm 0; font-style: italic; }
.do, .recorded { font-size: 8.5pt; color: #3b444f; }
.do { margin: 0; }
.phrase { margin: 1mm 0 0; font-size: 8.5pt; }
kbd { border: .8pt solid #1a1f26; padding: .3mm 1.5mm; font-size: 9pt; font-weight: 700;
  white-space: nowrap; }
.for-good td:first-child { border-left: 2.4pt solid #9b1c1c; }
.tag { display: inline-block; font-size: 7.2pt; font-weight: 600; border: .6pt solid #8a94a1;
  color: #3b444f; border-radius: 1mm; padding: 0 1.2mm; margin: .4mm 1mm .4mm 0; }
.tag.private { border-color: #6b3fa0; color: #6b3fa0; }
.together { break-inside: avoid; }
.exceptions { table-layout: fixed; }
.exceptions th:nth-child(1) { width: 9mm; }
.exceptions th:nth-child(2) { width: 14mm; }
.exceptions th:nth-child(5), .exceptions th:nth-child(6) { width: 17mm; }
.exceptions td { height: 15mm; }
.head-words { height: 22mm; border: .5pt solid #aab2bd; }
@media screen { body { padding: 10mm 0; } }
)css";

}  // namespace ceremony
