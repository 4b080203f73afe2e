" Vim syntax of fgc's configurations: YAML, its tags, and Jinja with line statements.

if exists('b:current_syntax')
  finish
endif

let s:save = &cpoptions
set cpoptions&vim

" Of two that match at one place, the later one counts.
syntax match fgcKey /\%(^\|[[:space:],[{]\)\@1<=[A-Za-z_.$][^[:space:]:#,[\]{}]*:\%([[:space:]]\|$\)\@=/
syntax match fgcNumber /\%(^\|[[:space:],[{]\)\@1<=[-+]\=\d[0-9_]*\%(\.\d*\)\=\%([eE][-+]\=\d\+\)\=\%([[:space:],\]}]\|$\)\@=/
syntax match fgcConstant /\%(^\|[[:space:],[{]\)\@1<=\%(null\|true\|false\|\~\)\%([[:space:],\]}]\|$\)\@=/
syntax match fgcAnchor /\%(^\|[[:space:],[{]\)\@1<=&[-A-Za-z0-9_]\+/
syntax match fgcAlias /\%(^\|[[:space:],[{:]\)\@1<=\*[-A-Za-z0-9_]\+/
syntax match fgcMerge /\%(^\|[[:space:],[{]\)\@1<=<<:\%([[:space:]]\|$\)\@=/
syntax match fgcTag /!!\=\w*/ nextgroup=fgcSpecColon,fgcNodeName
syntax match fgcVarTag /!var\>/ nextgroup=fgcVariable skipwhite
syntax match fgcVariable /["']\=\w\+["']\=/ contained
syntax match fgcSpecColon /:/ contained nextgroup=fgcModule
syntax match fgcModule /[^[:space:],[\]{}@:]\+/ contained nextgroup=fgcCalleeColon,fgcNodeName
syntax match fgcCalleeColon /:/ contained nextgroup=fgcCallee
syntax match fgcCallee /[^[:space:],[\]{}@]\+/ contained nextgroup=fgcNodeName
syntax match fgcNodeName /@\w\+/ contained
syntax region fgcString start=/"/ skip=/\\./ end=/"/ oneline contains=fgcEscape,fgcJinja
syntax region fgcString start=/\%(^\|[[:space:],[{:]\)\@1<='/ skip=/''/ end=/'/ oneline contains=fgcJinja
syntax match fgcEscape /\\./ contained
syntax match fgcYamlComment /\%(^\|\s\)\@1<=#\%(#\)\@!.*$/ contains=fgcTodo
syntax region fgcText matchgroup=fgcTextMark start=/\%(:\s\+\%([!&]\S\+\s\+\)*\)\@<=[|>][-+0-9]*\s*$/
      \ end=/^\ze\s*\%([^[:space:]:#]\+:\%(\s\|$\)\|\[\h\w*!\=\]\s*$\)/ contains=fgcStatement,fgcJinja

syntax region fgcJinja matchgroup=fgcDelimiter start=/{{[-+]\=/ end=/[-+]\=}}/ contains=@fgcExpression
syntax region fgcJinja matchgroup=fgcDelimiter start=/{%[-+]\=/ end=/[-+]\=%}/ contains=@fgcExpression
syntax region fgcComment start=/{#/ end=/#}/ contains=fgcTodo
syntax region fgcStatement matchgroup=fgcToken start=/^\s*\%(--\|<<\|>>\|==\|=>\)\ze\s\+\S/ end=/$/
      \ oneline keepend contains=@fgcExpression,fgcComment
syntax match fgcBlock /^\s*\[\h\w*!\=\]\ze\s*\%(##.*\)\=$/ contains=fgcBlockName
syntax match fgcBlockName /\h\w*/ contained
syntax match fgcInline /^#\s*-\{3,}\s*[0-9A-Za-z_.\/-]\{-1,}\s*-\{3,}\s*$/
syntax match fgcComment /\%(^\|\s\)\@1<=##.*$/ contains=fgcTodo

syntax cluster fgcExpression contains=fgcQuoted,fgcKeyword,fgcWord,fgcValue,fgcJinjaNumber,fgcKnob,fgcFunction,fgcFilter
syntax keyword fgcKeyword contained extends include import from set endset if elif else endif for endfor in
syntax keyword fgcKeyword contained block endblock macro endmacro call endcall filter endfilter with endwith do as
syntax keyword fgcWord contained and or not is
syntax keyword fgcValue contained true false none True False None
syntax match fgcJinjaNumber /\<\d[0-9_]*\%(\.\d\+\)\=\%([eE][-+]\=\d\+\)\=\>/ contained
syntax match fgcFunction /\<\h\w*\ze\s*(/ contained
syntax match fgcFilter /|\s*\zs\h\w*/ contained
syntax match fgcKnob /\<ns\.\w\+/ contained
syntax region fgcQuoted start=/"/ skip=/\\./ end=/"/ oneline contained
syntax region fgcQuoted start=/'/ skip=/\\./ end=/'/ oneline contained
syntax keyword fgcTodo contained TODO FIXME XXX

highlight default link fgcKey Identifier
highlight default link fgcNumber Number
highlight default link fgcJinjaNumber Number
highlight default link fgcConstant Constant
highlight default link fgcValue Constant
highlight default link fgcAnchor Type
highlight default link fgcAlias Type
highlight default link fgcMerge Operator
highlight default link fgcTag Statement
highlight default link fgcVarTag Statement
highlight default link fgcVariable Special
highlight default link fgcModule Include
highlight default link fgcCallee Function
highlight default link fgcNodeName Label
highlight default link fgcString String
highlight default link fgcQuoted String
highlight default link fgcText String
highlight default link fgcTextMark Operator
highlight default link fgcEscape SpecialChar
highlight default link fgcComment Comment
highlight default link fgcYamlComment Comment
highlight default link fgcTodo Todo
highlight default link fgcDelimiter Delimiter
highlight default link fgcToken PreProc
highlight default link fgcBlockName Title
highlight default link fgcInline Title
highlight default link fgcKeyword Keyword
highlight default link fgcWord Operator
highlight default link fgcFunction Function
highlight default link fgcFilter Function
highlight default link fgcKnob Special

let b:current_syntax = 'fgc'
let &cpoptions = s:save
unlet s:save
