# pj_embed(MODULE FUNCTION FILE…) puts the texts of the files into the library pj_MODULE; the generated source
# defines `std::span<const EmbeddedFile> pj::FUNCTION()`, declared in pj/MODULE/FUNCTION.hpp; without files it is empty.
# Run as a script (cmake -D OUTPUT=… -P) it writes that source.

if(CMAKE_SCRIPT_MODE_FILE)
  set(ROWS "")
  foreach(FILE ${FILES})
    file(READ ${FILE} TEXT)
    get_filename_component(NAME ${FILE} NAME_WLE)
    string(APPEND ROWS "    {\"${NAME}\", R\"embedded(${TEXT})embedded\"sv},\n")
  endforeach()
  if(ROWS STREQUAL "")
    file(WRITE ${OUTPUT} "#include \"${HEADER}\"

std::span<const pj::EmbeddedFile> pj::${FUNCTION}() {
  return {};
}
")
    return()
  endif()
  file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace pj {

namespace {

using namespace std::string_view_literals;

constexpr EmbeddedFile files[] = {
${ROWS}};

}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() {
  return files;
}

}  // namespace pj
")
  return()
endif()

set(PJ_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(pj_embed MODULE FUNCTION)
  set(OUTPUT ${PROJECT_BINARY_DIR}/embedded/${FUNCTION}.cpp)
  set(HEADER pj/${MODULE}/${FUNCTION}.hpp)
  add_custom_command(
    OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${OUTPUT} -D HEADER=${HEADER} -D FUNCTION=${FUNCTION} -D "FILES=${ARGN}" -P
            ${PJ_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${PJ_EMBED_SCRIPT}
    COMMENT "Embedding the files of ${FUNCTION}"
    VERBATIM)
  set_source_files_properties(${OUTPUT} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(pj_${MODULE} PRIVATE ${OUTPUT})
endfunction()
