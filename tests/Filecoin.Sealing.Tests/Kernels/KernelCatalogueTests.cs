using System.Collections.Frozen;
using Filecoin.Cryptography.Kernels;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Labeling;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Kernels;

/// <summary>Which variants this machine has, against what Linux says of its processor: none is lost, none that is masked is left.</summary>
public sealed class KernelCatalogueTests
{
    private const string Avx512 = "avx512f avx512bw avx512vl";
    private const string Emitted = "emitted";

    /// <summary>
    /// Every variant's line in docs/kernels.md with the flags of /proc/cpuinfo that it needs there ("emitted" for x86-64 Linux):
    /// said a second time on purpose, so that what a row needs is compared with something. Those of one sector are those of many, too.
    /// </summary>
    private static readonly (KernelKind Kind, string Name, string Flags)[] Promised = [.. Lines("kernels.md").SelectMany(Promises)];

    /// <summary>What the masks of these tests hide: .NET's own switches, then ours. .NET 10 has no switch of BMI2 or AVX512F alone.</summary>
    private static readonly (string Variable, string Value, string Flags)[] Masks =
    [
        ("DOTNET_EnableAVX512", "0", $"{Avx512} avx512ifma"),
        ("DOTNET_EnableAVX2", "0", $"avx2 fma {Avx512} avx512ifma"),
        ("DOTNET_EnableHWIntrinsic", "0", $"avx avx2 fma {Avx512} avx512ifma sha2"),
    ];

    private static readonly FrozenDictionary<string, string> OurMasks = new Dictionary<string, string>
    {
        ["avx"] = "avx",
        ["avx2"] = "avx2",
        ["fma"] = "fma",
        ["avx512"] = Avx512,
        ["ifma"] = "avx512ifma",
        ["bmi2"] = "bmi2",
        ["adx"] = "adx",
        ["sha-ni"] = "sha_ni",
        ["arm-sha2"] = "sha2",
        ["emitted-code"] = Emitted,
    }.ToFrozenDictionary();

    [Fact]
    public void Exactly_the_variants_that_the_processor_s_flags_promise_are_here()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /proc/cpuinfo to compare with");
        HashSet<string> flags = [.. Flags()];
        flags.ExceptWith(Masked());
        Assert.Equal(
            Promised.Where(variant => Words(variant.Flags).All(flags.Contains)).Select(variant => $"{variant.Kind} {variant.Name}").Order(),
            KernelCatalogue.All.Where(variant => variant.IsAvailable).Select(variant => $"{variant.Kind} {variant.Name}").Order());
    }

    [Fact]
    public void The_catalogue_holds_every_variant_once_with_the_reason_where_it_is_not_here()
    {
        Assert.Equal(
            Promised.Select(variant => (variant.Kind, variant.Name)).Order(),
            KernelCatalogue.All.Select(variant => (variant.Kind, variant.Name)).Order());
        Assert.All(KernelCatalogue.All.Where(variant => !variant.IsAvailable), variant => Assert.NotEmpty(variant.Lack!));
        Assert.Equal(LabelKernels.OfOne.Available, Here(KernelKind.Label));
        Assert.Equal(LabelKernels.OfBatch.Available, Here(KernelKind.Many));
        Assert.Equal(PoseidonKernel.Available, Here(KernelKind.Poseidon));
        Assert.Equal(TwoToOneHash.Available, Here(KernelKind.TwoToOne));
        Assert.Equal(ParentKernel.Available, Here(KernelKind.Parents));
    }

    [Fact]
    public void Every_variant_has_its_line_in_the_documentation()
    {
        string[] without =
        [
            .. KernelCatalogue.All.Where(variant => !Promised.Any(line => (line.Kind, line.Name) == (variant.Kind, variant.Name)))
                .Select(variant => $"the {variant.Kind.Name()} kernel {variant.Name}"),
        ];
        Assert.True(
            without.Length == 0,
            $"docs/kernels.md has no line of {string.Join(", ", without)}: | `kind` | `kernel` | flags it needs | how |");
    }

    [Theory]
    [InlineData("commands/kernels.md")]
    [InlineData("commands/kernels_CN.md")]
    public void Every_variant_is_named_where_operators_read_what_they_can_ask_for(string page)
    {
        (KernelKind Kind, string[] Cells)[] lines = [.. Lines(page)];
        Assert.Equal(KernelCatalogue.Kinds, lines.Select(line => line.Kind));
        Assert.All(lines, line =>
        {
            IEnumerable<string> expected = Names(line.Kind);
            if (line.Kind == KernelKind.Many)
            {
                expected = expected.Except(Names(KernelKind.Label)).Append(KernelKind.Label.Name());
            }

            Assert.Equal(expected.Order(), line.Cells[^1].Split('`').Where((_, index) => index % 2 == 1).Distinct().Order());
        });
    }

    [Fact]
    public void A_kernel_s_own_name_is_that_of_its_row()
    {
        Assert.All(LabelKernels.OfOne.Available, name => Assert.Equal(name, LabelKernels.OfOne.Create(name).Name));
        Assert.All(LabelKernels.OfBatch.Available, name => Assert.Equal(name, LabelKernels.OfBatch.Create(name).Name));
        Assert.All(PoseidonKernel.Available, name => Assert.Equal(name, PoseidonKernel.Create(2, name).Name));
        Assert.All(TwoToOneHash.Available, name => Assert.Equal(name, TwoToOneHash.Create(name).Name));
    }

    [Fact]
    public void What_is_masked_is_told_from_what_the_processor_lacks()
    {
        HashSet<string> masked = [.. Words(MaskedFeatures.Names.Replace(',', ' ')).SelectMany(name => Words(OurMasks[name]))];
        Assert.SkipUnless(masked.Count > 0, "nothing is masked; .ci/run masks");
        foreach ((KernelKind kind, string name, string flags) in Promised.Where(variant => Words(variant.Flags).Any(masked.Contains)))
        {
            KernelVariant variant = KernelCatalogue.Of(kind).Single(known => known.Name == name);
            Assert.False(variant.IsAvailable, $"{kind} {name} needs {flags}, of which something is masked");
        }
    }

    [Fact]
    public void What_is_not_asked_for_is_the_best_there_is()
    {
        Assert.Equal(LabelKernels.OfOne.Available[0], KernelCatalogue.Chosen(KernelKind.Label, KernelChoice.Best));
        Assert.Null(KernelCatalogue.Chosen(KernelKind.Many, KernelChoice.Best));
        KernelChoice choice = KernelChoice.Best.With(KernelKind.Label, "plain").With(KernelKind.Parents, "portable");
        Assert.Equal("plain", KernelCatalogue.Chosen(KernelKind.Many, choice));
        Assert.Equal("portable", KernelCatalogue.Chosen(KernelKind.Parents, choice));
        Assert.Equal("vector-4", KernelCatalogue.Chosen(KernelKind.Many, choice with { Many = "vector-4" }));
        Assert.Equal("label=plain,parents=portable", choice.ToString());
    }

    [Fact]
    public void Features_can_no_longer_be_masked_once_kernels_are_chosen()
    {
        Assert.NotNull(ProcessorFeatures.Current);
        Assert.Throws<InvalidOperationException>(() => ProcessorFeatures.Mask(ProcessorFeature.Avx2));
    }

    private static IEnumerable<string> Names(KernelKind kind) => KernelCatalogue.Of(kind).Select(variant => variant.Name);

    private static IEnumerable<string> Here(KernelKind kind) =>
        KernelCatalogue.Of(kind).Where(variant => variant.IsAvailable).Select(variant => variant.Name);

    /// <summary>The lines about kinds of kernels in a page's tables: the kind in the first cell, and the cells behind it.</summary>
    private static IEnumerable<(KernelKind Kind, string[] Cells)> Lines(string page)
    {
        foreach (string line in File.ReadLines(Path.Combine(VectorFiles.RepositoryRoot, "docs", page)))
        {
            string[] cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (cells[0].StartsWith('`') && KernelCatalogue.TryParse(cells[0].Trim('`'), out KernelKind kind))
            {
                yield return (kind, cells[1..]);
            }
        }
    }

    private static IEnumerable<(KernelKind Kind, string Name, string Flags)> Promises((KernelKind Kind, string[] Cells) line)
    {
        (string name, string flags) = (line.Cells[0].Trim('`'), line.Cells[1]);
        return line.Kind == KernelKind.Label ? [(line.Kind, name, flags), (KernelKind.Many, name, flags)] : [(line.Kind, name, flags)];
    }

    // "flags" on x86, "Features" on Arm.
    private static IEnumerable<string> Flags()
    {
        string line = File.ReadLines("/proc/cpuinfo").First(text =>
            text.StartsWith("flags", StringComparison.Ordinal) || text.StartsWith("Features", StringComparison.Ordinal));
        IEnumerable<string> flags = Words(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return line.StartsWith("flags", StringComparison.Ordinal) ? flags.Append(Emitted) : flags;
    }

    private static IEnumerable<string> Masked() =>
        Masks.Where(mask => Environment.GetEnvironmentVariable(mask.Variable) == mask.Value).SelectMany(mask => Words(mask.Flags))
            .Concat(Words(MaskedFeatures.Names.Replace(',', ' ')).SelectMany(name => Words(OurMasks[name])));

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
