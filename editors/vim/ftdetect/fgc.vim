" YAML in a project, a folder with a meta.yaml at or above it, is fgc's.
function! s:claim() abort
  if !empty(findfile('meta.yaml', fnameescape(expand('<afile>:p:h')) . ';'))
    setlocal filetype=fgc
  endif
endfunction

autocmd BufRead,BufNewFile *.yaml,*.yml call s:claim()
