# pj_page(MODULE FUNCTION) puts the page of report/ into the library pj_MODULE as pj_embed does: bundled into one file
# by tools/build_page.sh with what npm installs. Without npm, or with PJ_PAGES off, there is none, and `--report` says so.

option(PJ_PAGES "Pages of results (--report); needs npm" ON)

function(pj_page MODULE FUNCTION)
  find_program(NPM npm)
  if(NOT PJ_PAGES OR NOT NPM)
    if(PJ_PAGES)
      message(WARNING "npm is not installed: this build has no pages, and --report will say so")
    endif()
    pj_embed(${MODULE} ${FUNCTION})
    return()
  endif()
  set(FOLDER ${PROJECT_SOURCE_DIR}/report)
  file(GLOB_RECURSE SOURCES CONFIGURE_DEPENDS ${FOLDER}/src/*)
  set(OUTPUT ${PROJECT_BINARY_DIR}/embedded/page.html)
  add_custom_command(
    OUTPUT ${OUTPUT}
    COMMAND ${PROJECT_SOURCE_DIR}/tools/build_page.sh ${OUTPUT}
    DEPENDS ${SOURCES} ${FOLDER}/build.js ${FOLDER}/package-lock.json ${PROJECT_SOURCE_DIR}/tools/build_page.sh
    COMMENT "Bundling the page"
    VERBATIM)
  pj_embed(${MODULE} ${FUNCTION} ${OUTPUT})
endfunction()
