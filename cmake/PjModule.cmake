# pj_module(NAME [DEPENDS module…] [PUBLIC target…] [PRIVATE target…] [TESTS target…]) makes the library pj_NAME from
# the sources in pj/NAME; a folder is its own list of sources. The `*_test.cpp` beside them become the
# executable pj_NAME_test, which pj_tests() adds.

add_library(pj_options INTERFACE)
target_include_directories(pj_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(pj_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion
                       $<$<NOT:$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wshadow>  # files that are compiled as one may repeat names
                       -Wno-missing-field-initializers  # the house style leaves defaults out
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # g++ 12 warns of `"a" + std::string` (GCC bug 105651)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)  # to whom -Wconversion speaks of signs and -Wno-restrict is unknown
  target_compile_options(pj_options INTERFACE -Wno-sign-conversion -Wno-unknown-warning-option)
endif()
if(PJ_WARNINGS_AS_ERRORS)
  target_compile_options(pj_options INTERFACE -Werror)
endif()
if(PJ_SANITIZE)
  # Null and short objects are what the address sanitizer finds, too, and x86 reads from any address: a fifth of the
  # time to compile.
  target_compile_options(pj_options INTERFACE -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size
                         -fno-sanitize-recover=all)
  target_link_options(pj_options INTERFACE -fsanitize=address,undefined)
endif()
if(PJ_FUZZERS)
  target_compile_options(pj_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A source that ends in _avx2, _avx512, _vnni or _bf16 is compiled for such processors; the program asks before it calls it.
function(pj_instruction_sets)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    foreach(SOURCE ${ARGN})
      if(SOURCE MATCHES "_avx2\\.cpp$")
        set_source_files_properties(${SOURCE} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v3;-ffp-contract=fast")
      elseif(SOURCE MATCHES "_vnni\\.cpp$")
        set_source_files_properties(
          ${SOURCE} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-mavx512vnni;-mavx512vpopcntdq")
      elseif(SOURCE MATCHES "_bf16\\.cpp$")
        set_source_files_properties(${SOURCE} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-mavx512bf16")
      elseif(SOURCE MATCHES "_avx512\\.cpp$")
        set_source_files_properties(${SOURCE} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-ffp-contract=fast")
      elseif(SOURCE MATCHES "_portable\\.cpp$") # names its instruction set as the others do
        set_source_files_properties(${SOURCE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      endif()
    endforeach()
  endif()
endfunction()

function(pj_module NAME)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PUBLIC;PRIVATE;TESTS" ${ARGN})
  set(FOLDER ${PROJECT_SOURCE_DIR}/pj/${NAME})
  file(GLOB SOURCES CONFIGURE_DEPENDS ${FOLDER}/*.cpp)
  file(GLOB TESTS CONFIGURE_DEPENDS ${FOLDER}/*_test.cpp)
  if(TESTS)
    list(REMOVE_ITEM SOURCES ${TESTS})
  endif()
  if(NOT SOURCES)
    return()
  endif()
  pj_instruction_sets(${SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND pj_)
  add_library(pj_${NAME} STATIC ${SOURCES})
  target_link_libraries(pj_${NAME} PUBLIC pj_options ${ARG_DEPENDS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY PJ_MODULES ${NAME})
  set_property(GLOBAL PROPERTY PJ_TESTS_${NAME} "${TESTS}")
  set_property(GLOBAL PROPERTY PJ_TEST_TARGETS_${NAME} "${ARG_TESTS}")
endfunction()

# One test executable per module that has tests, run by CTest; the sources of the test support are shared.
function(pj_tests)
  find_package(doctest REQUIRED)
  file(GLOB SUPPORT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cpp)
  add_library(pj_test_support STATIC ${SUPPORT})
  target_link_libraries(pj_test_support PUBLIC pj_base doctest::doctest)
  target_compile_definitions(pj_test_support PUBLIC PJ_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  get_property(MODULES GLOBAL PROPERTY PJ_MODULES)
  foreach(NAME ${MODULES})
    get_property(TESTS GLOBAL PROPERTY PJ_TESTS_${NAME})
    if(TESTS)
      add_executable(pj_${NAME}_test ${TESTS})
      get_property(TARGETS GLOBAL PROPERTY PJ_TEST_TARGETS_${NAME})
      target_link_libraries(pj_${NAME}_test PRIVATE pj_${NAME} pj_test_support ${TARGETS})
      target_compile_options(pj_${NAME}_test PRIVATE $<$<CONFIG:Release>:-O1>)  # halves the time to build them
      add_test(NAME ${NAME} COMMAND pj_${NAME}_test)
    endif()
  endforeach()
endfunction()
