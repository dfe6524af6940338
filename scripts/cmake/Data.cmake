# Data.cmake - lays the data files (scripts, profiles, verify.py) beside the programs, so that they
# are found the same way in the build folder and after an install: <prefix>/bin/../share/conclave.
#
# add_data(<folder under share/conclave> <files...>)

function(add_data folder)
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    get_filename_component(source ${file} ABSOLUTE)
    set(target ${PROJECT_BINARY_DIR}/share/conclave/${folder}/${name})
    configure_file(${source} ${target} COPYONLY)
    install(FILES ${source} DESTINATION share/conclave/${folder})
  endforeach()
endfunction()
