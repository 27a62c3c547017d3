# pj_source_version(NAME MODULE FOLDER…) puts a version into the library pj_MODULE: the project's version and
# a hash of all sources in the folders, so that nobody has to think of raising it when one of them changes. The
# generated source defines `std::string_view pj::NAME()`, declared in pj/MODULE/NAME.hpp.
# Run as a script (cmake -D OUTPUT=… -P) it writes that source.

if(CMAKE_SCRIPT_MODE_FILE)
  set(HASHES "")
  foreach(FILE ${FILES})
    file(SHA256 ${FILE} HASH)
    string(APPEND HASHES ${HASH})
  endforeach()
  string(SHA256 HASH "${HASHES}")
  string(SUBSTRING ${HASH} 0 16 HASH)
  file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace pj {

std::string_view ${NAME}() {
  return \"${VERSION}-${HASH}\";
}

}  // namespace pj
")
  return()
endif()

set(PJ_MODEL_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(pj_source_version NAME MODULE)
  set(FILES "")
  foreach(FOLDER ${ARGN})
    file(GLOB SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${FOLDER}/*.cpp ${PROJECT_SOURCE_DIR}/${FOLDER}/*.hpp)
    list(FILTER SOURCES EXCLUDE REGEX "_test\\.cpp$")
    list(APPEND FILES ${SOURCES})
  endforeach()
  set(OUTPUT ${PROJECT_BINARY_DIR}/${NAME}.cpp)
  add_custom_command(
    OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${OUTPUT} -D NAME=${NAME} -D HEADER=pj/${MODULE}/${NAME}.hpp -D VERSION=${PROJECT_VERSION}
            -D "FILES=${FILES}" -P ${PJ_MODEL_VERSION_SCRIPT}
    DEPENDS ${FILES} ${PJ_MODEL_VERSION_SCRIPT}
    COMMENT "Hashing sources for ${NAME}"
    VERBATIM)
  set_source_files_properties(${OUTPUT} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(pj_${MODULE} PRIVATE ${OUTPUT})
endfunction()
