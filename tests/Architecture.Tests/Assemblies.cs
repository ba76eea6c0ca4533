using Mono.Cecil;
using Mono.Cecil.Cil;

namespace SealerRecover.Tests.Architecture;

/// <summary>
/// What the types of built assemblies use: bases, members, bodies, attributes and generic arguments, as the compiler resolved them. Constants
/// are not seen, since the compiler writes their values.
/// </summary>
internal static class Assemblies
{
    /// <summary>The product's projects, each after those it may know.</summary>
    public static IReadOnlyList<string> Product { get; } =
    [
        "Filecoin.Cryptography", "Filecoin.Primitives", "Filecoin.OpenCl", "Filecoin.Chain", "Filecoin.Curio", "Filecoin.Sealing", "SealerRecover.Recovery",
        "SealerRecover.Ledger", "SealerRecover.Fleet", "SealerRecover.Server", "sealer-recover",
    ];

    /// <summary>Reads one that lies beside this test.</summary>
    public static AssemblyDefinition Read(string name) => AssemblyDefinition.ReadAssembly(
        Path.Combine(AppContext.BaseDirectory, name + ".dll"), new ReaderParameters { AssemblyResolver = Resolver() });

    /// <summary>What the types of an assembly use of its own types.</summary>
    public static IReadOnlyCollection<Use> UsesWithin(AssemblyDefinition assembly) =>
        [.. Types(assembly).SelectMany(type => References(type).Where(used => used.Scope == assembly.MainModule).Select(used => Between(type, used)))
            .Where(use => use.From != use.To).Distinct()];

    /// <summary>The members that are called, and in which type; those of properties as get_Name.</summary>
    public static IEnumerable<(string In, string Type, string Member)> Calls(AssemblyDefinition assembly) =>
        from type in Types(assembly)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        let called = instruction.Operand as MethodReference
        where called is not null
        select (Outermost(type).FullName, called.DeclaringType.FullName, called.Name);

    /// <summary>The string literals in the bodies of members, and in which type; a constant stands where it is used.</summary>
    public static IEnumerable<(string In, string Text)> Texts(AssemblyDefinition assembly) =>
        from type in Types(assembly)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        let text = instruction.Operand as string
        where text is not null
        select (Outermost(type).FullName, text);

    /// <summary>The types of what is put into interpolated strings, and in which type.</summary>
    public static IEnumerable<(string In, string Type)> Formatted(AssemblyDefinition assembly) =>
        from type in Types(assembly)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        let called = instruction.Operand as GenericInstanceMethod
        where called is { Name: "AppendFormatted", DeclaringType.Name: "DefaultInterpolatedStringHandler" }
        select (Outermost(type).FullName, called.GenericArguments[0].FullName);

    private static DefaultAssemblyResolver Resolver()
    {
        DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        return resolver;
    }

    private static Use Between(TypeDefinition type, TypeReference used)
    {
        TypeReference from = Outermost(type);
        TypeReference to = Outermost(used);
        return new Use(from.FullName, from.Namespace, to.FullName, to.Namespace);
    }

    private static IEnumerable<TypeDefinition> Types(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().Where(type => Outermost(type).Namespace.Length > 0 && !Outermost(type).Namespace.StartsWith("System", StringComparison.Ordinal));

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type;
    }

    /// <summary>The types that a type mentions anywhere, without their wrappings.</summary>
    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference?> mentioned =
        [
            type.BaseType,
            .. type.Interfaces.Select(implemented => implemented.InterfaceType),
            .. Constraints(type),
            .. Attributes(type),
            .. type.Fields.SelectMany(field => Attributes(field).Prepend(field.FieldType)),
            .. type.Properties.SelectMany(property => Attributes(property).Prepend(property.PropertyType)),
            .. type.Events.Select(happening => happening.EventType),
            .. type.Methods.SelectMany(OfMethod),
        ];
        return mentioned.OfType<TypeReference>().SelectMany(Unwrapped);
    }

    private static IEnumerable<TypeReference?> OfMethod(MethodDefinition method)
    {
        IEnumerable<TypeReference?> declared =
            [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType), .. Constraints(method), .. Attributes(method)];
        return method.HasBody
            ? declared.Concat(method.Body.Variables.Select(local => local.VariableType)).Concat(method.Body.Instructions.SelectMany(Operands))
            : declared;
    }

    private static IEnumerable<TypeReference?> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method =>
        [
            method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType),
            .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
        ],
        _ => [],
    };

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider owner) =>
        owner.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider owner) => owner.CustomAttributes.SelectMany(
        attribute => attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Prepend(attribute.AttributeType));

    private static IEnumerable<TypeReference> Unwrapped(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Unwrapped).Concat(Unwrapped(generic.ElementType)),
        GenericParameter => [],
        IModifierType modified => Unwrapped(modified.ElementType).Concat(Unwrapped(modified.ModifierType)),
        FunctionPointerType pointer => pointer.Parameters.SelectMany(parameter => Unwrapped(parameter.ParameterType)).Concat(Unwrapped(pointer.ReturnType)),
        TypeSpecification wrapped => Unwrapped(wrapped.ElementType),
        _ => [type],
    };
}
