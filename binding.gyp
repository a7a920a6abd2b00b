{
  # Each instruction set is a library of its own: its compiler flags must not reach code that every processor runs.
  'variables': {
    'scanner_sets': ['scanners_scalar'],
    'has_tests': "<!(node -p \"require('fs').existsSync('native/test')\")",
    'warnings': ['-Wall', '-Wextra'],
    'conditions': [
      ['target_arch=="x64"', {'scanner_sets': ['scanners_scalar', 'scanners_sse2', 'scanners_avx2', 'scanners_avx512']}],
      ['target_arch=="arm64"', {'scanner_sets': ['scanners_scalar', 'scanners_neon']}],
    ],
    'avx2_flags': ['-mavx2', '-mbmi', '-mbmi2', '-mpopcnt', '-mpclmul'],
    'avx512_flags': ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mavx512vbmi2', '-mavx512ifma'],
  },
  'target_defaults': {
    'cflags': ['-O3', '-fvisibility=hidden', '<@(warnings)'],
    'cflags_cc': ['-std=c++17', '-fno-exceptions', '-fno-rtti', '-fvisibility-inlines-hidden'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'CLANG_CXX_LIBRARY': 'libc++',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'NO',
      'GCC_ENABLE_CPP_RTTI': 'NO',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
  },
  'targets': [
    {
      'target_name': 'linemill',
      'sources': ['native/addon.cc'],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      # A worker may be terminated while it loads the addon: what cannot be thrown then must not end the process.
      'defines': ['NAPI_VERSION=9', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      'dependencies': ['mapping', 'scanners'],
    },
    {
      'target_name': 'mapping',
      'type': 'static_library',
      'sources': ['native/ending.cc', 'native/errno_name.cc', 'native/fault_guard.cc', 'native/file_blocks.cc',
                  'native/huge_pages.cc', 'native/mapping.cc'],
    },
    {
      'target_name': 'scanners',
      'type': 'static_library',
      'sources': ['native/predicate.cc', 'native/scanners.cc'],
      'dependencies': ['<@(scanner_sets)'],
    },
    {
      'target_name': 'scanners_scalar',
      'type': 'static_library',
      'sources': ['native/isa/scalar.cc'],
    },
  ],
  'conditions': [
    # The published package leaves the tests out.
    ['has_tests=="true"', {
      'targets': [
        {
          'target_name': 'native_test',
          'type': 'executable',
          'sources': ['native/test/main.cc', 'native/test/columns_test.cc', 'native/test/ending_test.cc', 'native/test/fields_test.cc',
                      'native/test/file_blocks_test.cc', 'native/test/huge_pages_test.cc', 'native/test/mapping_test.cc', 'native/test/members_test.cc',
                      'native/test/match_test.cc', 'native/test/numbers_test.cc', 'native/test/scanners_test.cc', 'native/test/select_test.cc'],
          'dependencies': ['mapping', 'scanners'],
          'conditions': [['OS=="linux"', {'libraries': ['-lpthread', '-ldl']}]],
        },
      ],
    }],
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'scanners_sse2',
          'type': 'static_library',
          'sources': ['native/isa/sse2.cc'],
        },
        {
          'target_name': 'scanners_avx2',
          'type': 'static_library',
          'sources': ['native/isa/avx2.cc'],
          'cflags': ['<@(avx2_flags)'],
          'xcode_settings': {'OTHER_CFLAGS': ['<@(avx2_flags)']},
        },
        {
          'target_name': 'scanners_avx512',
          'type': 'static_library',
          'sources': ['native/isa/avx512.cc'],
          'cflags': ['<@(avx2_flags)', '<@(avx512_flags)'],
          'xcode_settings': {'OTHER_CFLAGS': ['<@(avx2_flags)', '<@(avx512_flags)']},
        },
      ],
    }],
    ['target_arch=="arm64"', {
      'targets': [
        {
          'target_name': 'scanners_neon',
          'type': 'static_library',
          'sources': ['native/isa/neon.cc'],
        },
      ],
    }],
  ],
}
