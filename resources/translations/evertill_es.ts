<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
    <context>
        <name>AdjustForm</name>
        <message>
            <source>Nothing would change: type another quantity than 0.</source>
            <translation>No cambiaría nada: escriba una cantidad distinta de 0.</translation>
        </message>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>Existencias después: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Receive or adjust</source>
            <translation>Recibir o ajustar</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Type it without a minus: the reason says which way it goes.</source>
            <translation>Escríbalo sin el signo menos: el motivo dice si suma o resta.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalDialog</name>
        <message>
            <source>A manager has to approve</source>
            <translation>Tiene que aprobarlo un encargado</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>Aprobar</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>Encargado</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>Escriba primero su PIN.</translation>
        </message>
    </context>
    <context>
        <name>Approvals</name>
        <message>
            <source>No manager is known at this till. Nothing was changed.</source>
            <translation>Esta caja no conoce a ningún encargado. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>Not approved. Nothing was changed.</source>
            <translation>No aprobado. No se ha cambiado nada.</translation>
        </message>
    </context>
    <context>
        <name>BatchDialog</name>
        <message numerus="yes">
            <source>Apply the suggestion to all %n similar</source>
            <translation>
                <numerusform>Aplicar la propuesta al %n parecido</numerusform>
                <numerusform>Aplicar la propuesta a los %n parecidos</numerusform>
            </translation>
        </message>
        <message>
            <source>Apply the suggestion to all of them</source>
            <translation>Aplicar la propuesta a todos</translation>
        </message>
        <message>
            <source>Conflicts and what is suggested</source>
            <translation>Conflictos y lo que se propone</translation>
        </message>
        <message>
            <source>Each can be opened again later. What changes meanwhile is left alone.</source>
            <translation>Cada uno se puede reabrir más tarde. Lo que cambie entretanto no se toca.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>Ahora no</translation>
        </message>
        <message>
            <source>What each of them would become</source>
            <translation>En qué quedaría cada uno</translation>
        </message>
    </context>
    <context>
        <name>CartDelegate</name>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
    </context>
    <context>
        <name>CartModel</name>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Item</source>
            <translation>Artículo</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Remove {item}</source>
            <translation>Quitar {item}</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>descuento {amount}</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>en vez de {price}</translation>
        </message>
    </context>
    <context>
        <name>CartTable</name>
        <message>
            <source>Cart</source>
            <translation>Cesta</translation>
        </message>
        <message>
            <source>Scan an item, or press {key} to find one by name.</source>
            <translation>Escanee un artículo o pulse {key} para buscarlo por su nombre.</translation>
        </message>
    </context>
    <context>
        <name>ChangePanel</name>
        <message>
            <source>10% or 2.50</source>
            <translation>10% o 2,50</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Aplicar</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Damaged packaging</source>
            <translation>Envase dañado</translation>
        </message>
        <message>
            <source>Discount or price</source>
            <translation>Descuento o precio</translation>
        </message>
        <message>
            <source>Empty takes no discount.</source>
            <translation>Vacío: sin descuento.</translation>
        </message>
        <message>
            <source>Last one</source>
            <translation>El último que queda</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>Línea</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Price on the shelf was lower</source>
            <translation>El precio en el estante era menor</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Regular customer</source>
            <translation>Cliente habitual</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>Staff discount</source>
            <translation>Descuento de personal</translation>
        </message>
        <message>
            <source>The catalogue asks {price}.</source>
            <translation>El catálogo pide {price}.</translation>
        </message>
        <message>
            <source>The whole sale</source>
            <translation>Toda la venta</translation>
        </message>
    </context>
    <context>
        <name>ComparisonView</name>
        <message>
            <source>After the count</source>
            <translation>Después del recuento</translation>
        </message>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>At the server meanwhile</source>
            <translation>Entretanto en el servidor</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>Antes</translation>
        </message>
        <message>
            <source>Before the count</source>
            <translation>Antes del recuento</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>Campo</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>On hand</source>
            <translation>Existencias</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Product</source>
            <translation>Producto</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>Resultado</translation>
        </message>
        <message>
            <source>Result: {field}</source>
            <translation>Resultado: {field}</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>Se vende por</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>Tipo de impuesto</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>La otra caja</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast: its times here may be off by as much.</source>
            <translation>El reloj de esta caja va {minutes} min adelantado: sus horas pueden fallar otro tanto.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow: its times here may be off by as much.</source>
            <translation>El reloj de esta caja va {minutes} min atrasado: sus horas pueden fallar otro tanto.</translation>
        </message>
        <message>
            <source>Which change of “{product}” is right?</source>
            <translation>¿Qué cambio de «{product}» es el correcto?</translation>
        </message>
        <message>
            <source>Which figure is right for “{product}”?</source>
            <translation>¿Qué cifra es la correcta para «{product}»?</translation>
        </message>
        <message>
            <source>Why this is suggested</source>
            <translation>Por qué se propone esto</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>y %n más</numerusform>
                <numerusform>y %n más</numerusform>
            </translation>
        </message>
        <message>
            <source>as at the server</source>
            <translation>como en el servidor</translation>
        </message>
        <message>
            <source>as on {place}</source>
            <translation>como en {place}</translation>
        </message>
        <message>
            <source>deleted</source>
            <translation>eliminado</translation>
        </message>
        <message>
            <source>from both sides</source>
            <translation>de ambos lados</translation>
        </message>
        <message>
            <source>kept</source>
            <translation>conservado</translation>
        </message>
        <message>
            <source>none</source>
            <translation>ninguno</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>desconocido</translation>
        </message>
        <message>
            <source>suggested, {origin}</source>
            <translation>propuesto, {origin}</translation>
        </message>
        <message>
            <source>the other till</source>
            <translation>la otra caja</translation>
        </message>
        <message>
            <source>this till</source>
            <translation>esta caja</translation>
        </message>
        <message>
            <source>typed by you</source>
            <translation>escrito por usted</translation>
        </message>
        <message>
            <source>you</source>
            <translation>usted</translation>
        </message>
    </context>
    <context>
        <name>ConflictDialog</name>
        <message>
            <source>Decide later</source>
            <translation>Decidir más tarde</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>Decidido</translation>
        </message>
        <message>
            <source>Leave deleted</source>
            <translation>Dejarlo eliminado</translation>
        </message>
        <message>
            <source>Left deleted</source>
            <translation>Se deja eliminado</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Restaurar</translation>
        </message>
        <message>
            <source>Restored</source>
            <translation>Restaurado</translation>
        </message>
        <message>
            <source>Stock set to {quantity}</source>
            <translation>Existencias fijadas en {quantity}</translation>
        </message>
        <message>
            <source>Two sides disagree</source>
            <translation>Los dos lados no coinciden</translation>
        </message>
        <message>
            <source>Use the result as typed</source>
            <translation>Usar el resultado escrito</translation>
        </message>
        <message>
            <source>Use the server’s values</source>
            <translation>Usar los valores del servidor</translation>
        </message>
        <message>
            <source>Use the values from {place}</source>
            <translation>Usar los valores de {place}</translation>
        </message>
        <message>
            <source>Use {quantity} (as typed)</source>
            <translation>Usar {quantity} (lo escrito)</translation>
        </message>
        <message>
            <source>Use {quantity} from the server</source>
            <translation>Usar {quantity} del servidor</translation>
        </message>
        <message>
            <source>Use {quantity} from {place}</source>
            <translation>Usar {quantity} de {place}</translation>
        </message>
        <message>
            <source>{key}. Nothing is changed until somebody decides.</source>
            <translation>{key}. No cambia nada hasta que alguien decida.</translation>
        </message>
    </context>
    <context>
        <name>ConflictInbox</name>
        <message numerus="yes">
            <source>%n conflict(s) decided as suggested.</source>
            <translation>
                <numerusform>%n conflicto decidido según la propuesta.</numerusform>
                <numerusform>%n conflictos decididos según la propuesta.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n had changed meanwhile and (waits|wait) for you.</source>
            <translation>
                <numerusform>%n cambió entretanto y le espera.</numerusform>
                <numerusform>%n cambiaron entretanto y le esperan.</numerusform>
            </translation>
        </message>
        <message>
            <source>All similar…</source>
            <translation>Todos los parecidos…</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>Conflictos</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>Decidido</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>Decidir…</translation>
        </message>
        <message>
            <source>It is being opened again. It comes back here once the server has heard of it.</source>
            <translation>Se está reabriendo. Vuelve aquí cuando el servidor lo sepa.</translation>
        </message>
        <message>
            <source>No other conflict is similar to this one.</source>
            <translation>Ningún otro conflicto se parece a este.</translation>
        </message>
        <message>
            <source>Nothing has to be decided.</source>
            <translation>No hay nada que decidir.</translation>
        </message>
        <message>
            <source>Open again</source>
            <translation>Reabrir</translation>
        </message>
        <message>
            <source>Selling goes on meanwhile; nothing is changed until somebody decides.</source>
            <translation>Mientras tanto se sigue vendiendo; nada cambia hasta que alguien decida.</translation>
        </message>
        <message>
            <source>Taken back. It waits for a decision again.</source>
            <translation>Retirado. Vuelve a esperar una decisión.</translation>
        </message>
        <message>
            <source>This is decided, and goes to the server by itself.</source>
            <translation>Está decidido y va solo al servidor.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Deshacer</translation>
        </message>
        <message>
            <source>What was decided can be opened again from here.</source>
            <translation>Lo decidido se puede reabrir desde aquí.</translation>
        </message>
    </context>
    <context>
        <name>ConflictModel</name>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n día</numerusform>
                <numerusform>%n días</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n hora</numerusform>
                <numerusform>%n horas</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n min</source>
            <translation>
                <numerusform>%n min</numerusform>
                <numerusform>%n min</numerusform>
            </translation>
        </message>
        <message>
            <source>Another till</source>
            <translation>Otra caja</translation>
        </message>
        <message>
            <source>Decided, not sent yet</source>
            <translation>Decidido, aún sin enviar</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Abierto</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Estado</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>Existencias de {product}</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>To be decided</source>
            <translation>Por decidir</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>Where it comes from</source>
            <translation>De dónde viene</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>ahora mismo</translation>
        </message>
    </context>
    <context>
        <name>CountForm</name>
        <message>
            <source>A shelf cannot hold less than nothing.</source>
            <translation>En un estante no puede haber menos que nada.</translation>
        </message>
        <message>
            <source>As expected.</source>
            <translation>Tal como se esperaba.</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>Contar</translation>
        </message>
        <message>
            <source>On the shelf</source>
            <translation>En el estante</translation>
        </message>
        <message>
            <source>Save the count</source>
            <translation>Guardar el recuento</translation>
        </message>
        <message>
            <source>{difference} against what was expected ({expected}).</source>
            <translation>{difference} respecto a lo esperado ({expected}).</translation>
        </message>
    </context>
    <context>
        <name>CountPanel</name>
        <message numerus="yes">
            <source>%n different from the figure here</source>
            <translation>
                <numerusform>%n distinto de la cifra de aquí</numerusform>
                <numerusform>%n distintos de la cifra de aquí</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) changed.</source>
            <translation>
                <numerusform>Ha cambiado %n cifra.</numerusform>
                <numerusform>Han cambiado %n cifras.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) will change.</source>
            <translation>
                <numerusform>Cambiará %n cifra.</numerusform>
                <numerusform>Cambiarán %n cifras.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>%n producto</numerusform>
                <numerusform>%n productos</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted</source>
            <translation>
                <numerusform>%n producto contado</numerusform>
                <numerusform>%n productos contados</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted.</source>
            <translation>
                <numerusform>%n producto contado.</numerusform>
                <numerusform>%n productos contados.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) with stock were not counted; they stay as they are.</source>
            <translation>
                <numerusform>%n producto con existencias no se ha contado; queda como está.</numerusform>
                <numerusform>%n productos con existencias no se han contado; quedan como están.</numerusform>
            </translation>
        </message>
        <message>
            <source>A shelf</source>
            <translation>Un estante</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Begin to count</source>
            <translation>Empezar a contar</translation>
        </message>
        <message>
            <source>Count by scanning</source>
            <translation>Contar escaneando</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message numerus="yes">
            <source>Counted: %n product(s).</source>
            <translation>
                <numerusform>Contado: %n producto.</numerusform>
                <numerusform>Contados: %n productos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Counts that rest</source>
            <translation>Recuentos en pausa</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>Finish the count</source>
            <translation>Terminar el recuento</translation>
        </message>
        <message>
            <source>Finish…</source>
            <translation>Terminar…</translation>
        </message>
        <message>
            <source>Forget this count</source>
            <translation>Olvidar este recuento</translation>
        </message>
        <message>
            <source>Go on with</source>
            <translation>Continuar con</translation>
        </message>
        <message>
            <source>Name of the count, like Shelf 3</source>
            <translation>Nombre del recuento, como Estante 3</translation>
        </message>
        <message>
            <source>No count is under way.</source>
            <translation>No hay ningún recuento en curso.</translation>
        </message>
        <message>
            <source>No product has the code {code}. It was not counted.</source>
            <translation>Ningún producto tiene el código {code}. No se ha contado.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pausa</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Scan what lies here.</source>
            <translation>Escanee lo que hay aquí.</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>Fijar</translation>
        </message>
        <message>
            <source>Set the figures</source>
            <translation>Fijar las cifras</translation>
        </message>
        <message>
            <source>Shelf</source>
            <translation>Estante</translation>
        </message>
        <message>
            <source>Take out</source>
            <translation>Sacar</translation>
        </message>
        <message>
            <source>What is sold until then is taken into account.</source>
            <translation>Se tiene en cuenta lo que se venda hasta entonces.</translation>
        </message>
        <message>
            <source>Whole shop</source>
            <translation>Toda la tienda</translation>
        </message>
        <message>
            <source>expected {quantity}</source>
            <translation>se esperaban {quantity}</translation>
        </message>
    </context>
    <context>
        <name>DecidedModel</name>
        <message>
            <source>As</source>
            <translation>Cómo</translation>
        </message>
        <message>
            <source>Decided by</source>
            <translation>Decidido por</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>both together</source>
            <translation>ambos juntos</translation>
        </message>
        <message>
            <source>the server’s side</source>
            <translation>el lado del servidor</translation>
        </message>
        <message>
            <source>the till’s side</source>
            <translation>el lado de la caja</translation>
        </message>
    </context>
    <context>
        <name>DiagnosticsView</name>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>%n apunte</numerusform>
                <numerusform>%n apuntes</numerusform>
            </translation>
        </message>
        <message>
            <source>Answer time, ms</source>
            <translation>Tiempo de respuesta, ms</translation>
        </message>
        <message>
            <source>Conflicts that came up</source>
            <translation>Conflictos surgidos</translation>
        </message>
        <message>
            <source>Entries sent a minute</source>
            <translation>Apuntes enviados por minuto</translation>
        </message>
        <message>
            <source>Live events</source>
            <translation>Sucesos en directo</translation>
        </message>
        <message>
            <source>Nothing went wrong in what is kept.</source>
            <translation>En lo que se conserva no ha fallado nada.</translation>
        </message>
        <message>
            <source>Sent again, and failed deliveries</source>
            <translation>Reenvíos y envíos fallidos</translation>
        </message>
        <message>
            <source>Support bundle…</source>
            <translation>Paquete de soporte…</translation>
        </message>
        <message>
            <source>Troubles</source>
            <translation>Problemas</translation>
        </message>
        <message>
            <source>What happens from now on is listed here.</source>
            <translation>Lo que ocurra desde ahora aparece aquí.</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>sin respuesta</translation>
        </message>
        <message>
            <source>not taken</source>
            <translation>no aceptado</translation>
        </message>
    </context>
    <context>
        <name>DonePanel</name>
        <message>
            <source>Change to give</source>
            <translation>Cambio a dar</translation>
        </message>
        <message>
            <source>Next customer</source>
            <translation>Siguiente cliente</translation>
        </message>
        <message>
            <source>Paid</source>
            <translation>Pagado</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>Ticket</translation>
        </message>
        <message>
            <source>Receipt…</source>
            <translation>Ticket…</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Scan the next item, or press any key.</source>
            <translation>Escanee el siguiente artículo o pulse cualquier tecla.</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>Total</translation>
        </message>
        <message>
            <source>{title}: {receipt}. {change_words}: {change}</source>
            <translation>{title}: {receipt}. {change_words}: {change}</translation>
        </message>
    </context>
    <context>
        <name>EditDialog</name>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message>
            <source>Edit and send again</source>
            <translation>Modificar y enviar de nuevo</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Nota</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Quantity (− takes away)</source>
            <translation>Cantidad (− resta)</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>Enviar de nuevo</translation>
        </message>
    </context>
    <context>
        <name>EnrolPage</name>
        <message>
            <source>A demonstration shop is being set up on this computer…</source>
            <translation>Se está preparando una tienda de demostración en este ordenador…</translation>
        </message>
        <message>
            <source>A manager does this once. From then on this till sells with or without a connection.</source>
            <translation>Lo hace una vez un encargado. Desde entonces esta caja vende con conexión o sin ella.</translation>
        </message>
        <message>
            <source>Asking the server…</source>
            <translation>Preguntando al servidor…</translation>
        </message>
        <message>
            <source>Fetching products and stock</source>
            <translation>Descargando productos y existencias</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}.</source>
            <translation>Descargando productos y existencias: {done} de {total}.</translation>
        </message>
        <message>
            <source>Fetching products and stock…</source>
            <translation>Descargando productos y existencias…</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>Rellene primero «{field}».</translation>
        </message>
        <message>
            <source>Location</source>
            <translation>Local</translation>
        </message>
        <message>
            <source>Manager’s user name</source>
            <translation>Usuario del encargado</translation>
        </message>
        <message>
            <source>Name of this till</source>
            <translation>Nombre de esta caja</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Contraseña</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>Set up this till</source>
            <translation>Configurar esta caja</translation>
        </message>
        <message>
            <source>Shop</source>
            <translation>Tienda</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Detener</translation>
        </message>
        <message>
            <source>Stopped. This till is not set up yet.</source>
            <translation>Detenido. Esta caja aún no está configurada.</translation>
        </message>
        <message>
            <source>This till is ready.</source>
            <translation>Esta caja está lista.</translation>
        </message>
        <message>
            <source>This till is set up, but the connection is gone. Fetching goes on by itself once it is back; this window may be closed meanwhile.</source>
            <translation>Esta caja está configurada, pero se ha perdido la conexión. La descarga sigue sola en cuanto vuelva; mientras tanto puede cerrar esta ventana.</translation>
        </message>
        <message>
            <source>Try it with a demonstration shop</source>
            <translation>Probar con una tienda de demostración</translation>
        </message>
        <message>
            <source>as the office calls it, like demo</source>
            <translation>como la llama la oficina, p. ej. demo</translation>
        </message>
        <message>
            <source>like Till 2</source>
            <translation>p. ej. Caja 2</translation>
        </message>
        <message>
            <source>where this till stands, like main</source>
            <translation>dónde está esta caja, p. ej. main</translation>
        </message>
    </context>
    <context>
        <name>EnrolWindow</name>
        <message>
            <source>Evertill: set up this till</source>
            <translation>Evertill: configurar esta caja</translation>
        </message>
    </context>
    <context>
        <name>EntryDialog</name>
        <message>
            <source>Attempts</source>
            <translation>Intentos</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Ended by {person}: {reason}</source>
            <translation>Terminado por {person}: {reason}</translation>
        </message>
        <message>
            <source>It was not tried yet.</source>
            <translation>Aún no se ha intentado.</translation>
        </message>
        <message>
            <source>Waiting behind it: {entries}</source>
            <translation>Esperan detrás: {entries}</translation>
        </message>
        <message>
            <source>Waits for: {entries}</source>
            <translation>Espera a: {entries}</translation>
        </message>
        <message>
            <source>What is sent</source>
            <translation>Lo que se envía</translation>
        </message>
        <message>
            <source>Will try again at {time}</source>
            <translation>Se intentará de nuevo a las {time}</translation>
        </message>
        <message>
            <source>later</source>
            <translation>más tarde</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>sin respuesta</translation>
        </message>
        <message>
            <source>no answer: the till ended meanwhile</source>
            <translation>sin respuesta: la caja se cerró entretanto</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>rechazado</translation>
        </message>
        <message>
            <source>taken by the server</source>
            <translation>aceptado por el servidor</translation>
        </message>
        <message>
            <source>two sides disagree</source>
            <translation>los dos lados no coinciden</translation>
        </message>
        <message>
            <source>waits for an earlier decision</source>
            <translation>espera una decisión anterior</translation>
        </message>
        <message>
            <source>with the manager</source>
            <translation>con el encargado</translation>
        </message>
    </context>
    <context>
        <name>FindPanel</name>
        <message>
            <source>Last sales on this till</source>
            <translation>Últimas ventas de esta caja</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>Nombre, referencia o código</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>Aún sin precio</translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>No se ha encontrado nada. Pruebe con tres letras o más del nombre, o con parte del código.</translation>
        </message>
        <message>
            <source>Products found</source>
            <translation>Productos encontrados</translation>
        </message>
        <message>
            <source>Sales made here will be listed here.</source>
            <translation>Aquí aparecerán las ventas hechas en esta caja.</translation>
        </message>
        <message>
            <source>a manager should look at it</source>
            <translation>un encargado debería revisarlo</translation>
        </message>
    </context>
    <context>
        <name>HeldPanel</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Held sales</source>
            <translation>Ventas en espera</translation>
        </message>
        <message>
            <source>No sale is held at this till.</source>
            <translation>No hay ninguna venta en espera en esta caja.</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message numerus="yes">
            <source>%n entry(ies) sent; nothing waits.</source>
            <translation>
                <numerusform>Enviado %n apunte; no queda nada pendiente.</numerusform>
                <numerusform>Enviados %n apuntes; no queda nada pendiente.</numerusform>
            </translation>
        </message>
        <message>
            <source>Evertill · {till}</source>
            <translation>Evertill · {till}</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}. You can sell meanwhile.</source>
            <translation>Descargando productos y existencias: {done} de {total}. Mientras tanto puede vender.</translation>
        </message>
        <message>
            <source>Let another person sign in</source>
            <translation>Que inicie sesión otra persona</translation>
        </message>
        <message>
            <source>Something in this window went wrong. What is saved is safe. A report is in {path}.</source>
            <translation>Algo ha fallado en esta ventana. Lo guardado está a salvo. Hay un informe en {path}.</translation>
        </message>
        <message>
            <source>Switch</source>
            <translation>Cambiar</translation>
        </message>
        <message numerus="yes">
            <source>{page}, %n (needs|need) attention</source>
            <translation>
                <numerusform>{page}, %n requiere atención</numerusform>
                <numerusform>{page}, %n requieren atención</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MessageLine</name>
        <message>
            <source>Close this message</source>
            <translation>Cerrar este mensaje</translation>
        </message>
    </context>
    <context>
        <name>MorePanel</name>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Change a note</source>
            <translation>Cambiar un billete</translation>
        </message>
        <message>
            <source>Check the cash</source>
            <translation>Revisar el efectivo</translation>
        </message>
        <message>
            <source>Choose a line of the cart first.</source>
            <translation>Elija primero una línea de la cesta.</translation>
        </message>
        <message>
            <source>Empty the cart</source>
            <translation>Vaciar la cesta</translation>
        </message>
        <message>
            <source>Last receipt again…</source>
            <translation>Último ticket otra vez…</translation>
        </message>
        <message>
            <source>Make it a quick key</source>
            <translation>Hacerlo tecla rápida</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Más</translation>
        </message>
        <message>
            <source>Open the drawer</source>
            <translation>Abrir el cajón</translation>
        </message>
        <message>
            <source>Open the drawer without a sale…</source>
            <translation>Abrir el cajón sin venta…</translation>
        </message>
        <message>
            <source>Put a roll of coins in</source>
            <translation>Poner un cartucho de monedas</translation>
        </message>
        <message>
            <source>Put its quick key first</source>
            <translation>Poner su tecla rápida la primera</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Take its quick key away</source>
            <translation>Quitarle la tecla rápida</translation>
        </message>
        <message>
            <source>Why is the drawer opened?</source>
            <translation>¿Por qué se abre el cajón?</translation>
        </message>
    </context>
    <context>
        <name>NoticesPage</name>
        <message>
            <source>Back</source>
            <translation>Volver</translation>
        </message>
        <message>
            <source>I have read it</source>
            <translation>Lo he leído</translation>
        </message>
        <message>
            <source>Notices</source>
            <translation>Avisos</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Leído</translation>
        </message>
        <message>
            <source>There are no notices.</source>
            <translation>No hay avisos.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
    </context>
    <context>
        <name>PinPad</name>
        <message>
            <source>Delete the last figure</source>
            <translation>Borrar la última cifra</translation>
        </message>
    </context>
    <context>
        <name>PrintQueue</name>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>No se ha podido guardar: {why}</translation>
        </message>
        <message>
            <source>Printed.</source>
            <translation>Impreso.</translation>
        </message>
        <message>
            <source>Printing…</source>
            <translation>Imprimiendo…</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>Guardar como PDF</translation>
        </message>
        <message>
            <source>Saved as {path}</source>
            <translation>Guardado como {path}</translation>
        </message>
    </context>
    <context>
        <name>ProductForm</name>
        <message>
            <source>A product needs a name.</source>
            <translation>Un producto necesita un nombre.</translation>
        </message>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Change the product</source>
            <translation>Cambiar el producto</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>Tipo de impuesto</translation>
        </message>
    </context>
    <context>
        <name>QueueModel</name>
        <message>
            <source>At the server</source>
            <translation>En el servidor</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>Rechazado</translation>
        </message>
        <message>
            <source>Sending…</source>
            <translation>Enviando…</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Estado</translation>
        </message>
        <message>
            <source>To be looked at</source>
            <translation>Por revisar</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>En espera</translation>
        </message>
        <message>
            <source>Waits for an earlier decision</source>
            <translation>Espera una decisión anterior</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>When</source>
            <translation>Cuándo</translation>
        </message>
        <message>
            <source>Will try again at {time} (in {seconds} s)</source>
            <translation>Se intentará de nuevo a las {time} (en {seconds} s)</translation>
        </message>
        <message>
            <source>With the manager</source>
            <translation>Con el encargado</translation>
        </message>
    </context>
    <context>
        <name>RefundPanel</name>
        <message>
            <source>All</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>All of {item}</source>
            <translation>Todo de {item}</translation>
        </message>
        <message>
            <source>All of {receipt} went back already.</source>
            <translation>Ya se devolvió todo lo de {receipt}.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Customer changed their mind</source>
            <translation>El cliente cambió de idea</translation>
        </message>
        <message>
            <source>Damaged or faulty</source>
            <translation>Dañado o defectuoso</translation>
        </message>
        <message>
            <source>Find the sale</source>
            <translation>Buscar la venta</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>Devolver</translation>
        </message>
        <message>
            <source>How much of {item}</source>
            <translation>Cuánto de {item}</translation>
        </message>
        <message>
            <source>Is the receipt not of this till, or lost? Ring the goods up in the cart, and give their price back with a manager’s approval.</source>
            <translation>¿El ticket no es de esta caja o se ha perdido? Pase los artículos a la cesta y devuelva su precio con la aprobación de un encargado.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Receipt number</source>
            <translation>Número de ticket</translation>
        </message>
        <message>
            <source>Receipt number, or its last figures</source>
            <translation>Número de ticket, o sus últimas cifras</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Refund what is in the cart</source>
            <translation>Devolver lo que hay en la cesta</translation>
        </message>
        <message>
            <source>Rung up by mistake</source>
            <translation>Cobrado por error</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>Void the sale</source>
            <translation>Anular la venta</translation>
        </message>
        <message>
            <source>Wrong item</source>
            <translation>Artículo equivocado</translation>
        </message>
        <message>
            <source>{count} can go back</source>
            <translation>Se pueden devolver {count}</translation>
        </message>
    </context>
    <context>
        <name>RefusalCard</name>
        <message>
            <source>A completed sale is never discarded: the goods have left the shop.</source>
            <translation>Una venta terminada no se descarta nunca: la mercancía ya salió de la tienda.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Discard it</source>
            <translation>Descartarlo</translation>
        </message>
        <message>
            <source>Discard…</source>
            <translation>Descartar…</translation>
        </message>
        <message>
            <source>Edit and send again…</source>
            <translation>Modificar y enviar de nuevo…</translation>
        </message>
        <message>
            <source>Entered by mistake</source>
            <translation>Registrado por error</translation>
        </message>
        <message>
            <source>Entered twice</source>
            <translation>Registrado dos veces</translation>
        </message>
        <message>
            <source>I have looked at it</source>
            <translation>Lo he revisado</translation>
        </message>
        <message>
            <source>It is finished and counted. Somebody should look into it.</source>
            <translation>Está terminada y contabilizada. Alguien debería revisarla.</translation>
        </message>
        <message>
            <source>No longer wanted</source>
            <translation>Ya no hace falta</translation>
        </message>
        <message>
            <source>Nothing is lost: it stays on this till until somebody decides.</source>
            <translation>No se pierde nada: se queda en esta caja hasta que alguien decida.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>El servidor lo rechazó.</translation>
        </message>
        <message>
            <source>There is nothing in it that could be changed.</source>
            <translation>No contiene nada que se pueda cambiar.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Intentar de nuevo</translation>
        </message>
        <message>
            <source>Try all again</source>
            <translation>Intentar todo de nuevo</translation>
        </message>
    </context>
    <context>
        <name>SellPage</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>Descuento</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>Devolver</translation>
        </message>
        <message>
            <source>Held. {key} takes it back.</source>
            <translation>En espera. {key} la recupera.</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>Esperar</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Más</translation>
        </message>
        <message>
            <source>No product has the code {codes}. It was not added.</source>
            <translation>Ningún producto tiene el código {codes}. No se ha añadido.</translation>
        </message>
        <message>
            <source>No product has these codes: {codes}. They were not added.</source>
            <translation>Ningún producto tiene estos códigos: {codes}. No se han añadido.</translation>
        </message>
        <message>
            <source>Nothing was sold at this till yet.</source>
            <translation>En esta caja aún no se ha vendido nada.</translation>
        </message>
        <message>
            <source>Pay</source>
            <translation>Cobrar</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>Recuperar</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Tax added {amount}</source>
            <translation>Impuesto añadido {amount}</translation>
        </message>
        <message>
            <source>Tax included {amount}</source>
            <translation>Impuesto incluido {amount}</translation>
        </message>
        <message>
            <source>The drawer was opened without a sale. It is noted.</source>
            <translation>El cajón se abrió sin venta. Queda anotado.</translation>
        </message>
        <message>
            <source>The sale that was being rung up is here again.</source>
            <translation>Aquí está de nuevo la venta que se estaba cobrando.</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>descuento {amount}</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message numerus="yes">
            <source>%n entry(ies) are not at the server yet: this till cannot be signed out.</source>
            <translation>
                <numerusform>%n apunte aún no está en el servidor: esta caja no se puede dar de baja.</numerusform>
                <numerusform>%n apuntes aún no están en el servidor: esta caja no se puede dar de baja.</numerusform>
            </translation>
        </message>
        <message>
            <source>58 mm, 32 letters</source>
            <translation>58 mm, 32 letras</translation>
        </message>
        <message>
            <source>80 mm, 42 letters</source>
            <translation>80 mm, 42 letras</translation>
        </message>
        <message>
            <source>80 mm, 48 letters</source>
            <translation>80 mm, 48 letras</translation>
        </message>
        <message>
            <source>A discount is between 0% and 100%.</source>
            <translation>Un descuento está entre 0% y 100%.</translation>
        </message>
        <message>
            <source>As on this computer</source>
            <translation>Como en este ordenador</translation>
        </message>
        <message>
            <source>Ask for a PIN after minutes without a key (0: never)</source>
            <translation>Pedir el PIN tras estos minutos sin teclas (0: nunca)</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Colores</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Oscuro</translation>
        </message>
        <message>
            <source>Difference in the drawer</source>
            <translation>Diferencia en el cajón</translation>
        </message>
        <message>
            <source>Discount a clerk may give alone</source>
            <translation>Descuento que un cajero puede hacer solo</translation>
        </message>
        <message>
            <source>Entry discarded</source>
            <translation>Apunte descartado</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>Alto contraste</translation>
        </message>
        <message>
            <source>Its address</source>
            <translation>Su dirección</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Idioma</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Claro</translation>
        </message>
        <message>
            <source>Lines above each receipt</source>
            <translation>Líneas al principio de cada ticket</translation>
        </message>
        <message>
            <source>Lines below each receipt</source>
            <translation>Líneas al final de cada ticket</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Registro</translation>
        </message>
        <message>
            <source>Look and language</source>
            <translation>Aspecto e idioma</translation>
        </message>
        <message>
            <source>Nothing was changed.</source>
            <translation>No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>Papel</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>Precios</translation>
        </message>
        <message>
            <source>Print each receipt without being asked</source>
            <translation>Imprimir cada ticket sin preguntar</translation>
        </message>
        <message>
            <source>Printer test</source>
            <translation>Prueba de impresora</translation>
        </message>
        <message>
            <source>Product changed</source>
            <translation>Producto cambiado</translation>
        </message>
        <message>
            <source>Ready to sell without a connection?</source>
            <translation>¿Lista para vender sin conexión?</translation>
        </message>
        <message>
            <source>Receipt printer (ESC/POS)</source>
            <translation>Impresora de tickets (ESC/POS)</translation>
        </message>
        <message>
            <source>Receipts and printer</source>
            <translation>Tickets e impresora</translation>
        </message>
        <message>
            <source>Receipts {series} · {currency} · {server}</source>
            <translation>Tickets {series} · {currency} · {server}</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Selling</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>Settings changed</source>
            <translation>Ajustes cambiados</translation>
        </message>
        <message>
            <source>Several wrong PINs</source>
            <translation>Varios PIN incorrectos</translation>
        </message>
        <message>
            <source>Sign this till out…</source>
            <translation>Dar de baja esta caja…</translation>
        </message>
        <message>
            <source>Signing out ends this till’s place in the shop. Its history is kept in a folder, and it asks to be set up again.</source>
            <translation>Dar de baja pone fin al lugar de esta caja en la tienda. Su historial se conserva en una carpeta, y pedirá que se configure de nuevo.</translation>
        </message>
        <message>
            <source>Smallest coin that cash is rounded to</source>
            <translation>Moneda más pequeña a la que se redondea el efectivo</translation>
        </message>
        <message>
            <source>Sounds at a scan, a miss and a refusal</source>
            <translation>Sonidos al escanear, al no encontrar y al rechazar</translation>
        </message>
        <message>
            <source>Stock is low at or below</source>
            <translation>Quedan pocas existencias con</translation>
        </message>
        <message>
            <source>Test print</source>
            <translation>Imprimir una prueba</translation>
        </message>
        <message>
            <source>This is a test of the printer.</source>
            <translation>Esto es una prueba de la impresora.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>What needs approval or asks for a reason is noted here.</source>
            <translation>Aquí se anota lo que necesita aprobación o pide un motivo.</translation>
        </message>
        <message>
            <source>a file or device</source>
            <translation>un archivo o dispositivo</translation>
        </message>
        <message>
            <source>by USB</source>
            <translation>por USB</translation>
        </message>
        <message>
            <source>in the network</source>
            <translation>en la red</translation>
        </message>
        <message>
            <source>look at this</source>
            <translation>revíselo</translation>
        </message>
        <message>
            <source>none</source>
            <translation>ninguna</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>listo</translation>
        </message>
        <message>
            <source>with tax</source>
            <translation>con impuesto</translation>
        </message>
        <message>
            <source>without tax, which is added</source>
            <translation>sin impuesto, que se añade</translation>
        </message>
        <message>
            <source>{person}, approved by {manager}</source>
            <translation>{person}, aprobado por {manager}</translation>
        </message>
    </context>
    <context>
        <name>ShiftPage</name>
        <message numerus="yes">
            <source>%n conflict(s) still to be decided: {titles}.</source>
            <translation>
                <numerusform>%n conflicto aún por decidir: {titles}.</numerusform>
                <numerusform>%n conflictos aún por decidir: {titles}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies) not sent yet.</source>
            <translation>
                <numerusform>%n apunte aún sin enviar.</numerusform>
                <numerusform>%n apuntes aún sin enviar.</numerusform>
            </translation>
        </message>
        <message>
            <source>A note is missing</source>
            <translation>Falta un billete</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Cash counted in the drawer</source>
            <translation>Efectivo contado en el cajón</translation>
        </message>
        <message>
            <source>Cash expected in the drawer</source>
            <translation>Efectivo esperado en el cajón</translation>
        </message>
        <message>
            <source>Cash up</source>
            <translation>Arqueo</translation>
        </message>
        <message>
            <source>Change from the bank</source>
            <translation>Cambio del banco</translation>
        </message>
        <message>
            <source>Close the shift</source>
            <translation>Cerrar el turno</translation>
        </message>
        <message>
            <source>Close the shift…</source>
            <translation>Cerrar el turno…</translation>
        </message>
        <message>
            <source>Closed shifts will be listed here.</source>
            <translation>Aquí aparecerán los turnos cerrados.</translation>
        </message>
        <message>
            <source>Count what lies in the drawer. Selling does not wait for it: what is sold before is taken into the shift.</source>
            <translation>Cuente lo que hay en el cajón. La venta no espera a ello: lo vendido antes entra en el turno.</translation>
        </message>
        <message>
            <source>Earlier shifts</source>
            <translation>Turnos anteriores</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>Fondo de caja</translation>
        </message>
        <message>
            <source>Float in the drawer</source>
            <translation>Fondo en el cajón</translation>
        </message>
        <message numerus="yes">
            <source>Needs attention: %n refused entry(ies).</source>
            <translation>
                <numerusform>Requiere atención: %n apunte rechazado.</numerusform>
                <numerusform>Requieren atención: %n apuntes rechazados.</numerusform>
            </translation>
        </message>
        <message>
            <source>Not known</source>
            <translation>Desconocido</translation>
        </message>
        <message>
            <source>Open the shift</source>
            <translation>Abrir el turno</translation>
        </message>
        <message>
            <source>Opened {time} by {person}</source>
            <translation>Abierto {time} por {person}</translation>
        </message>
        <message>
            <source>Paid in…</source>
            <translation>Ingresar…</translation>
        </message>
        <message>
            <source>Paid out…</source>
            <translation>Retirar…</translation>
        </message>
        <message>
            <source>Pay in</source>
            <translation>Ingresar</translation>
        </message>
        <message>
            <source>Pay money in</source>
            <translation>Ingresar dinero</translation>
        </message>
        <message>
            <source>Pay money out</source>
            <translation>Retirar dinero</translation>
        </message>
        <message>
            <source>Pay out</source>
            <translation>Retirar</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Reason of the difference</source>
            <translation>Motivo de la diferencia</translation>
        </message>
        <message>
            <source>Small purchase</source>
            <translation>Compra pequeña</translation>
        </message>
        <message>
            <source>That is what should be there.</source>
            <translation>Es lo que debe haber.</translation>
        </message>
        <message>
            <source>The shift is closed.</source>
            <translation>El turno está cerrado.</translation>
        </message>
        <message>
            <source>The shift is open. Good selling!</source>
            <translation>El turno está abierto. ¡Buenas ventas!</translation>
        </message>
        <message>
            <source>The shift so far</source>
            <translation>El turno hasta ahora</translation>
        </message>
        <message>
            <source>To the bank</source>
            <translation>Al banco</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>Facturación</translation>
        </message>
        <message>
            <source>Wrong change given</source>
            <translation>Cambio mal dado</translation>
        </message>
        <message>
            <source>X report…</source>
            <translation>Informe X…</translation>
        </message>
        <message>
            <source>You can close the shift; the report will say “not yet confirmed”.</source>
            <translation>Puede cerrar el turno; el informe dirá «aún sin confirmar».</translation>
        </message>
        <message>
            <source>no difference</source>
            <translation>sin diferencia</translation>
        </message>
        <message>
            <source>of it: {method}</source>
            <translation>de ello: {method}</translation>
        </message>
        <message>
            <source>{amount} is missing.</source>
            <translation>Faltan {amount}.</translation>
        </message>
        <message>
            <source>{amount} paid in.</source>
            <translation>{amount} ingresados.</translation>
        </message>
        <message>
            <source>{amount} paid out.</source>
            <translation>{amount} retirados.</translation>
        </message>
        <message>
            <source>{amount} too much.</source>
            <translation>Sobran {amount}.</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsPage</name>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Discount, or another price</source>
            <translation>Descuento u otro precio</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>En todas partes</translation>
        </message>
        <message>
            <source>From the search to what was found</source>
            <translation>De la búsqueda a lo encontrado</translation>
        </message>
        <message>
            <source>Hold the sale</source>
            <translation>Dejar la venta en espera</translation>
        </message>
        <message>
            <source>In the cart: one more, one less</source>
            <translation>En la cesta: uno más, uno menos</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Teclas</translation>
        </message>
        <message>
            <source>More: last receipt again, drawer, quick keys</source>
            <translation>Más: último ticket otra vez, cajón, teclas rápidas</translation>
        </message>
        <message>
            <source>Pay; while paying: cash, card, other</source>
            <translation>Cobrar; al cobrar: efectivo, tarjeta, otro</translation>
        </message>
        <message>
            <source>Puts the product in the cart; on the Stock page, finds it</source>
            <translation>Pone el producto en la cesta; en la página Existencias, lo busca</translation>
        </message>
        <message>
            <source>Recall a held sale</source>
            <translation>Recuperar una venta en espera</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Remove the line from the cart</source>
            <translation>Quitar la línea de la cesta</translation>
        </message>
        <message>
            <source>Scanner</source>
            <translation>Lector</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Buscar</translation>
        </message>
        <message>
            <source>Switch to another person</source>
            <translation>Cambiar a otra persona</translation>
        </message>
        <message>
            <source>Take what was found; in the cart: type a quantity</source>
            <translation>Tomar lo encontrado; en la cesta: escribir una cantidad</translation>
        </message>
        <message>
            <source>This page</source>
            <translation>Esta página</translation>
        </message>
        <message>
            <source>While selling</source>
            <translation>Al vender</translation>
        </message>
    </context>
    <context>
        <name>SignInPage</name>
        <message>
            <source>Nobody may sign in here yet. A manager gives people this location on the server.</source>
            <translation>Aún no puede entrar nadie. Un encargado asigna personas a este local en el servidor.</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Entrar</translation>
        </message>
        <message>
            <source>The shop’s people, products and stock are still to be fetched from the server.</source>
            <translation>Aún falta descargar del servidor las personas, los productos y las existencias de la tienda.</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>Escriba primero su PIN.</translation>
        </message>
        <message>
            <source>Who is at the till?</source>
            <translation>¿Quién está en la caja?</translation>
        </message>
    </context>
    <context>
        <name>SlipDialog</name>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Print</source>
            <translation>Imprimir</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>Guardar como PDF</translation>
        </message>
    </context>
    <context>
        <name>StatusStrip</name>
        <message numerus="yes">
            <source>%n (needs|need) attention</source>
            <translation>
                <numerusform>%n requiere atención</numerusform>
                <numerusform>%n requieren atención</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>%n apunte</numerusform>
                <numerusform>%n apuntes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>%n venta</numerusform>
                <numerusform>%n ventas</numerusform>
            </translation>
        </message>
        <message>
            <source>All sent</source>
            <translation>Todo enviado</translation>
        </message>
        <message>
            <source>Connected again.</source>
            <translation>Conectado de nuevo.</translation>
        </message>
        <message>
            <source>Connected again. {what} sent.</source>
            <translation>Conectado de nuevo. Enviado: {what}.</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>Conectando</translation>
        </message>
        <message>
            <source>Fetching what is new</source>
            <translation>Recogiendo lo nuevo</translation>
        </message>
        <message>
            <source>No connection. Keep selling: everything is saved on this till and will be sent by itself. Stock of other shops is as of {time}.</source>
            <translation>Sin conexión. Siga vendiendo: todo se guarda en esta caja y se enviará solo. Las existencias de otras tiendas son de las {time}.</translation>
        </message>
        <message>
            <source>Offline</source>
            <translation>Sin conexión</translation>
        </message>
        <message>
            <source>Offline since {time}</source>
            <translation>Sin conexión desde {time}</translation>
        </message>
        <message>
            <source>Online</source>
            <translation>En línea</translation>
        </message>
        <message>
            <source>Open the Sync centre</source>
            <translation>Abrir la sincronización</translation>
        </message>
        <message>
            <source>Sending {position} of {total}</source>
            <translation>Enviando {position} de {total}</translation>
        </message>
        <message>
            <source>Sign in again</source>
            <translation>Vuelva a entrar</translation>
        </message>
        <message numerus="yes">
            <source>Sign in again to send %n</source>
            <translation>
                <numerusform>Entre de nuevo para enviar %n</numerusform>
                <numerusform>Entre de nuevo para enviar %n</numerusform>
            </translation>
        </message>
        <message>
            <source>This till must be enrolled again</source>
            <translation>Esta caja tiene que darse de alta de nuevo</translation>
        </message>
        <message>
            <source>{what} saved here</source>
            <translation>{what} aquí</translation>
        </message>
        <message>
            <source>{what} saved on this till</source>
            <translation>{what} en esta caja</translation>
        </message>
    </context>
    <context>
        <name>StockDetails</name>
        <message numerus="yes">
            <source>%n change(s) not sent yet</source>
            <translation>
                <numerusform>%n cambio aún sin enviar</numerusform>
                <numerusform>%n cambios aún sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Adjusted. Saved on this till.</source>
            <translation>Ajustado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Change product…</source>
            <translation>Cambiar producto…</translation>
        </message>
        <message>
            <source>Changed. Saved on this till.</source>
            <translation>Cambiado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Choose a product to see why its figure is what it is.</source>
            <translation>Elija un producto para ver por qué su cifra es la que es.</translation>
        </message>
        <message>
            <source>Count it now</source>
            <translation>Contarlo ahora</translation>
        </message>
        <message>
            <source>Counted. Saved on this till.</source>
            <translation>Contado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Count…</source>
            <translation>Contar…</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>Decidir…</translation>
        </message>
        <message>
            <source>Movements</source>
            <translation>Movimientos</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>Aún sin precio</translation>
        </message>
        <message>
            <source>Nothing has moved here yet.</source>
            <translation>Aquí aún no se ha movido nada.</translation>
        </message>
        <message>
            <source>Receive or adjust…</source>
            <translation>Recibir o ajustar…</translation>
        </message>
        <message>
            <source>Send away…</source>
            <translation>Enviar a otra…</translation>
        </message>
        <message>
            <source>Sent to {place}. Saved on this till.</source>
            <translation>Enviado a {place}. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Sold more than counted</source>
            <translation>Vendido más de lo contado</translation>
        </message>
        <message>
            <source>Two counts or changes disagree. Somebody has to decide.</source>
            <translation>Dos recuentos o cambios no coinciden. Alguien tiene que decidir.</translation>
        </message>
        <message>
            <source>not confirmed yet</source>
            <translation>aún sin confirmar</translation>
        </message>
        <message>
            <source>on hand here</source>
            <translation>existencias aquí</translation>
        </message>
        <message>
            <source>{place}: not asked yet</source>
            <translation>{place}: aún sin preguntar</translation>
        </message>
        <message>
            <source>{place}: {quantity}, as of {time}</source>
            <translation>{place}: {quantity}, a las {time}</translation>
        </message>
    </context>
    <context>
        <name>StockForm</name>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Nota</translation>
        </message>
        <message>
            <source>Note, if it helps</source>
            <translation>Nota, si ayuda</translation>
        </message>
    </context>
    <context>
        <name>StockList</name>
        <message>
            <source>Stock</source>
            <translation>Existencias</translation>
        </message>
    </context>
    <context>
        <name>StockModel</name>
        <message numerus="yes">
            <source>%n not sent</source>
            <translation>
                <numerusform>%n sin enviar</numerusform>
                <numerusform>%n sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>No se ha encontrado nada. Pruebe con tres letras o más del nombre, o con parte del código.</translation>
        </message>
        <message>
            <source>Nothing is low.</source>
            <translation>No queda poco de nada.</translation>
        </message>
        <message>
            <source>Nothing was sold more than counted.</source>
            <translation>No se ha vendido nada por encima de lo contado.</translation>
        </message>
        <message>
            <source>sold more than counted</source>
            <translation>vendido más de lo contado</translation>
        </message>
        <message>
            <source>to be decided</source>
            <translation>por decidir</translation>
        </message>
    </context>
    <context>
        <name>StockPage</name>
        <message numerus="yes">
            <source>%n product(s) at this till</source>
            <translation>
                <numerusform>%n producto en esta caja</numerusform>
                <numerusform>%n productos en esta caja</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) listed</source>
            <translation>
                <numerusform>%n producto en la lista</numerusform>
                <numerusform>%n productos en la lista</numerusform>
            </translation>
        </message>
        <message>
            <source>All</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>Below zero</source>
            <translation>Bajo cero</translation>
        </message>
        <message>
            <source>Count by scanning…</source>
            <translation>Contar escaneando…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>Pocos</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>Nombre, referencia o código</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>Ningún producto tiene el código {code}.</translation>
        </message>
    </context>
    <context>
        <name>SyncCentre</name>
        <message>
            <source>Changed and sent again. The refused one stays in the history.</source>
            <translation>Cambiado y enviado de nuevo. El rechazado queda en el historial.</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>Conflictos</translation>
        </message>
        <message>
            <source>Details…</source>
            <translation>Detalles…</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnóstico</translation>
        </message>
        <message>
            <source>Discarded: {what}. It is kept for 90 days, and exported to {path}.</source>
            <translation>Descartado: {what}. Se conserva 90 días y se ha exportado a {path}.</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportar</translation>
        </message>
        <message>
            <source>Exported to {path}, with its checksum beside it.</source>
            <translation>Exportado a {path}, con su suma de comprobación al lado.</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Exportar…</translation>
        </message>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>No se ha podido guardar: {why}</translation>
        </message>
        <message>
            <source>Last complete sync: {time}</source>
            <translation>Última sincronización completa: {time}</translation>
        </message>
        <message>
            <source>Looking at everything…</source>
            <translation>Revisándolo todo…</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>Requiere atención</translation>
        </message>
        <message>
            <source>Not completely synced yet</source>
            <translation>Aún sin sincronización completa</translation>
        </message>
        <message>
            <source>Nothing is waiting: the server has everything.</source>
            <translation>No hay nada en espera: el servidor lo tiene todo.</translation>
        </message>
        <message>
            <source>Nothing needs attention.</source>
            <translation>Nada requiere atención.</translation>
        </message>
        <message>
            <source>Oldest unsent: {time}</source>
            <translation>Lo más antiguo sin enviar: {time}</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>Enviado</translation>
        </message>
        <message>
            <source>Support bundle</source>
            <translation>Paquete de soporte</translation>
        </message>
        <message>
            <source>The oldest {shown} of {count}.</source>
            <translation>Los {shown} más antiguos de {count}.</translation>
        </message>
        <message>
            <source>The support bundle is in {path}. It holds no names, prices or customers.</source>
            <translation>El paquete de soporte está en {path}. No contiene nombres, precios ni clientes.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast.</source>
            <translation>El reloj de esta caja va {minutes} min adelantado.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow.</source>
            <translation>El reloj de esta caja va {minutes} min atrasado.</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>Intentar ahora</translation>
        </message>
        <message>
            <source>Trying now.</source>
            <translation>Intentándolo ahora.</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>En espera</translation>
        </message>
        <message>
            <source>What was sent is listed here for 90 days.</source>
            <translation>Lo enviado aparece aquí durante 90 días.</translation>
        </message>
        <message>
            <source>{what} is off the list. It stays in the log.</source>
            <translation>{what} ya no está en la lista. Queda en el registro.</translation>
        </message>
    </context>
    <context>
        <name>TenderPanel</name>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Cash given</source>
            <translation>Efectivo entregado</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Cambio</translation>
        </message>
        <message>
            <source>Give cash</source>
            <translation>Dar efectivo</translation>
        </message>
        <message>
            <source>In cash {amount} (rounded by {difference})</source>
            <translation>En efectivo {amount} (redondeo {difference})</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Still missing</source>
            <translation>Falta</translation>
        </message>
        <message>
            <source>Take part in cash</source>
            <translation>Cobrar parte en efectivo</translation>
        </message>
        <message>
            <source>Take this payment back</source>
            <translation>Retirar este pago</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>To pay</source>
            <translation>A pagar</translation>
        </message>
        <message>
            <source>from the terminal’s slip</source>
            <translation>del ticket del datáfono</translation>
        </message>
    </context>
    <context>
        <name>TransferForm</name>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>Existencias después: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>Enviar</translation>
        </message>
        <message>
            <source>Send to another shop</source>
            <translation>Enviar a otra tienda</translation>
        </message>
        <message>
            <source>This shop has no other place.</source>
            <translation>Esta tienda no tiene otro local.</translation>
        </message>
        <message>
            <source>To</source>
            <translation>A</translation>
        </message>
        <message>
            <source>Type how much is sent.</source>
            <translation>Escriba cuánto se envía.</translation>
        </message>
    </context>
    <context>
        <name>UnreadLine</name>
        <message numerus="yes">
            <source>%n notice(s)</source>
            <translation>
                <numerusform>%n aviso</numerusform>
                <numerusform>%n avisos</numerusform>
            </translation>
        </message>
        <message>
            <source>All notices</source>
            <translation>Todos los avisos</translation>
        </message>
    </context>
    <context>
        <name>agent</name>
        <message>
            <source>It is too large for the server. Nothing is lost: it is kept on this till, and can be exported.</source>
            <translation>Es demasiado grande para el servidor. No se pierde nada: se queda en esta caja y se puede exportar.</translation>
        </message>
        <message>
            <source>Sending has a fault ({what}); it was started again.</source>
            <translation>El envío tiene un fallo ({what}); se ha reiniciado.</translation>
        </message>
        <message>
            <source>Something needs to be looked at ({code}).</source>
            <translation>Hay algo que revisar ({code}).</translation>
        </message>
        <message numerus="yes">
            <source>The server failed on it %n time(s), while others passed.</source>
            <translation>
                <numerusform>El servidor falló con él %n vez, mientras otros pasaban.</numerusform>
                <numerusform>El servidor falló con él %n veces, mientras otros pasaban.</numerusform>
            </translation>
        </message>
        <message>
            <source>The server refused an operation.</source>
            <translation>El servidor rechazó una operación.</translation>
        </message>
        <message numerus="yes">
            <source>The server was restored from a backup and had lost %n entry(ies) of this till. All were sent again; nothing is missing.</source>
            <translation>
                <numerusform>El servidor se restauró desde una copia y había perdido %n apunte de esta caja. Se envió de nuevo; no falta nada.</numerusform>
                <numerusform>El servidor se restauró desde una copia y había perdido %n apuntes de esta caja. Se enviaron de nuevo; no falta nada.</numerusform>
            </translation>
        </message>
        <message>
            <source>This system has no keyring, so the key to this till's credentials lies in a file that only its owner may read. Whoever can read this folder can be this till.</source>
            <translation>Este sistema no tiene llavero, así que la clave de las credenciales de esta caja está en un archivo que solo puede leer su dueño. Quien pueda leer esta carpeta puede hacerse pasar por esta caja.</translation>
        </message>
        <message>
            <source>This till's copy of the shop differs from the server's.</source>
            <translation>La copia de la tienda en esta caja difiere de la del servidor.</translation>
        </message>
        <message>
            <source>This till's copy of the shop was not right; it is fetched anew.</source>
            <translation>La copia de la tienda en esta caja no era correcta; se descarga de nuevo.</translation>
        </message>
    </context>
    <context>
        <name>conflicts</name>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>La otra caja</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
    </context>
    <context>
        <name>counts</name>
        <message>
            <source>Count</source>
            <translation>Contar</translation>
        </message>
    </context>
    <context>
        <name>endings</name>
        <message>
            <source>A completed sale cannot be discarded: the goods have left the shop. Try it again, or export it.</source>
            <translation>Una venta terminada no se puede descartar: la mercancía ya salió de la tienda. Inténtelo de nuevo o expórtela.</translation>
        </message>
        <message>
            <source>A completed sale is never changed. Refund it instead.</source>
            <translation>Una venta terminada no se cambia nunca. Haga una devolución.</translation>
        </message>
        <message>
            <source>A completed sale is never taken back. Refund it instead.</source>
            <translation>Una venta terminada no se retira nunca. Haga una devolución.</translation>
        </message>
        <message>
            <source>A deletion is tried again or discarded: there is nothing in it to change.</source>
            <translation>Una eliminación se intenta de nuevo o se descarta: no contiene nada que cambiar.</translation>
        </message>
        <message>
            <source>Entries of this kind are tried again or discarded, not changed.</source>
            <translation>Los apuntes de este tipo se intentan de nuevo o se descartan, no se cambian.</translation>
        </message>
        <message>
            <source>This entry is not on this till.</source>
            <translation>Este apunte no está en esta caja.</translation>
        </message>
        <message>
            <source>This entry needs nobody's attention: it was sent meanwhile, or it still waits.</source>
            <translation>Este apunte no requiere la atención de nadie: se envió entretanto, o aún está en espera.</translation>
        </message>
    </context>
    <context>
        <name>errors</name>
        <message>
            <source>A discount cannot be more than the whole price.</source>
            <translation>Un descuento no puede superar el precio entero.</translation>
        </message>
        <message>
            <source>A float cannot be less than nothing.</source>
            <translation>Un fondo de caja no puede ser menor que nada.</translation>
        </message>
        <message>
            <source>A payment cannot be negative.</source>
            <translation>Un pago no puede ser negativo.</translation>
        </message>
        <message>
            <source>A price cannot be less than nothing.</source>
            <translation>Un precio no puede ser menor que nada.</translation>
        </message>
        <message>
            <source>A quantity must be more than nothing.</source>
            <translation>Una cantidad tiene que ser mayor que nada.</translation>
        </message>
        <message>
            <source>A shift is open at this till already.</source>
            <translation>En esta caja ya hay un turno abierto.</translation>
        </message>
        <message>
            <source>An adjustment by nothing changes nothing.</source>
            <translation>Un ajuste de cero no cambia nada.</translation>
        </message>
        <message>
            <source>Choose what goes back first.</source>
            <translation>Elija primero lo que se devuelve.</translation>
        </message>
        <message>
            <source>Choose what is sent first.</source>
            <translation>Elija primero lo que se envía.</translation>
        </message>
        <message>
            <source>It changed again. Here is the new comparison.</source>
            <translation>Ha vuelto a cambiar. Aquí está la nueva comparación.</translation>
        </message>
        <message>
            <source>Less than nothing cannot be counted.</source>
            <translation>No se puede contar menos que nada.</translation>
        </message>
        <message>
            <source>Less than nothing cannot lie in the drawer.</source>
            <translation>En el cajón no puede haber menos que nada.</translation>
        </message>
        <message>
            <source>More than was sold cannot go back. Look at the receipt again.</source>
            <translation>No se puede devolver más de lo vendido. Mire el ticket otra vez.</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>Ningún producto tiene el código {code}.</translation>
        </message>
        <message>
            <source>No shift is open at this till.</source>
            <translation>En esta caja no hay ningún turno abierto.</translation>
        </message>
        <message>
            <source>Only a manager may {what}.</source>
            <translation>Solo un encargado puede {what}.</translation>
        </message>
        <message>
            <source>Only an administrator may {what}.</source>
            <translation>Solo un administrador puede {what}.</translation>
        </message>
        <message>
            <source>Say how many there are.</source>
            <translation>Diga cuántos hay.</translation>
        </message>
        <message>
            <source>Say how much was given.</source>
            <translation>Diga cuánto le han dado.</translation>
        </message>
        <message>
            <source>Say how much was paid.</source>
            <translation>Diga cuánto se pagó.</translation>
        </message>
        <message>
            <source>Say how much.</source>
            <translation>Diga cuánto.</translation>
        </message>
        <message>
            <source>Say why. Whoever looks for it later will want to know.</source>
            <translation>Diga por qué. Quien lo busque más tarde querrá saberlo.</translation>
        </message>
        <message>
            <source>That PIN is not right. Try again.</source>
            <translation>Ese PIN no es correcto. Pruebe de nuevo.</translation>
        </message>
        <message>
            <source>That is {amount} more than is due; only cash gives change.</source>
            <translation>Son {amount} más de lo debido; solo el efectivo da cambio.</translation>
        </message>
        <message>
            <source>That line is no longer in the cart.</source>
            <translation>Esa línea ya no está en la cesta.</translation>
        </message>
        <message>
            <source>That quantity is more than the till can handle.</source>
            <translation>Esa cantidad es más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>That sale was taken back already.</source>
            <translation>Esa venta ya se recuperó.</translation>
        </message>
        <message>
            <source>The receipt {receipt} is not on this till. It may be of another till, or older.</source>
            <translation>El ticket {receipt} no está en esta caja. Puede ser de otra caja, o más antiguo.</translation>
        </message>
        <message>
            <source>There is nothing in the cart yet.</source>
            <translation>La cesta está vacía.</translation>
        </message>
        <message numerus="yes">
            <source>There is room for %n quick key(s). Take one away first.</source>
            <translation>
                <numerusform>Solo cabe %n tecla rápida. Quite antes una.</numerusform>
                <numerusform>Solo caben %n teclas rápidas. Quite antes una.</numerusform>
            </translation>
        </message>
        <message>
            <source>There is something in the cart. Finish that sale or hold it first.</source>
            <translation>Hay algo en la cesta. Termine esa venta o déjela en espera primero.</translation>
        </message>
        <message>
            <source>This PIN cannot be checked. A manager can set a new one.</source>
            <translation>Este PIN no se puede comprobar. Un encargado puede poner uno nuevo.</translation>
        </message>
        <message>
            <source>This account may not sign in here any more. Ask a manager.</source>
            <translation>Esta cuenta ya no puede entrar aquí. Pregunte a un encargado.</translation>
        </message>
        <message>
            <source>This comes to more than the till can handle.</source>
            <translation>Esto suma más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>This count is finished already.</source>
            <translation>Este recuento ya está terminado.</translation>
        </message>
        <message>
            <source>This is sold by the piece: use a whole number.</source>
            <translation>Esto se vende por unidades: use un número entero.</translation>
        </message>
        <message>
            <source>This is sold by “{unit}”, which this till cannot count in. Update this till, then try again.</source>
            <translation>Esto se vende por «{unit}», unidad que esta caja no conoce. Actualice esta caja e inténtelo de nuevo.</translation>
        </message>
        <message>
            <source>This product is not in the catalogue.</source>
            <translation>Este producto no está en el catálogo.</translation>
        </message>
        <message>
            <source>This sale cannot be voided any more. Refund it instead.</source>
            <translation>Esta venta ya no se puede anular. Haga una devolución.</translation>
        </message>
        <message>
            <source>This sale has too many lines for one receipt. Split it into two.</source>
            <translation>Esta venta tiene demasiadas líneas para un ticket. Divídala en dos.</translation>
        </message>
        <message>
            <source>This sale is finished already. Its receipt is in the list.</source>
            <translation>Esta venta ya está terminada. Su recibo está en la lista.</translation>
        </message>
        <message>
            <source>This till does not know your role. Ask a manager to let you {what}.</source>
            <translation>Este terminal no conoce su función. Pida a un encargado que le permita {what}.</translation>
        </message>
        <message>
            <source>This was decided already. Nothing is left to choose.</source>
            <translation>Esto ya se decidió. No queda nada que elegir.</translation>
        </message>
        <message numerus="yes">
            <source>Too many wrong PINs. Try again in %n second(s).</source>
            <translation>
                <numerusform>Demasiados PIN incorrectos. Pruebe de nuevo en %n segundo.</numerusform>
                <numerusform>Demasiados PIN incorrectos. Pruebe de nuevo en %n segundos.</numerusform>
            </translation>
        </message>
        <message>
            <source>{amount} is still missing.</source>
            <translation>Aún faltan {amount}.</translation>
        </message>
        <message>
            <source>{amount} more was taken than is due.</source>
            <translation>Se cobraron {amount} más de lo debido.</translation>
        </message>
        <message>
            <source>{name} has no PIN yet. A manager can set one.</source>
            <translation>{name} aún no tiene PIN. Un encargado puede ponérselo.</translation>
        </message>
        <message>
            <source>{receipt} is no sale: only what was sold can go back.</source>
            <translation>{receipt} no es una venta: solo se devuelve lo vendido.</translation>
        </message>
        <message>
            <source>“{name}” has no price yet, so it cannot be sold. A manager can set one.</source>
            <translation>«{name}» aún no tiene precio, así que no se puede vender. Un encargado puede ponérselo.</translation>
        </message>
        <message>
            <source>“{reason}” adds to the stock: give a positive quantity.</source>
            <translation>«{reason}» suma a las existencias: dé una cantidad positiva.</translation>
        </message>
        <message>
            <source>“{reason}” is not a reason for an adjustment.</source>
            <translation>«{reason}» no es motivo para un ajuste.</translation>
        </message>
        <message>
            <source>“{reason}” takes from the stock: give a negative quantity.</source>
            <translation>«{reason}» resta de las existencias: dé una cantidad negativa.</translation>
        </message>
        <message>
            <source>“{text}” is not a percentage.</source>
            <translation>«{text}» no es un porcentaje.</translation>
        </message>
        <message numerus="yes">
            <source>“{written}” has more than %n decimal(s).</source>
            <translation>
                <numerusform>«{written}» tiene más de %n decimal.</numerusform>
                <numerusform>«{written}» tiene más de %n decimales.</numerusform>
            </translation>
        </message>
        <message>
            <source>“{written}” has more than {digits} decimals.</source>
            <translation>«{written}» tiene más de {digits} decimales.</translation>
        </message>
        <message>
            <source>“{written}” is more than the till can handle.</source>
            <translation>«{written}» es más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>“{written}” is not a quantity.</source>
            <translation>«{written}» no es una cantidad.</translation>
        </message>
        <message>
            <source>“{written}” is not an amount of money.</source>
            <translation>«{written}» no es un importe.</translation>
        </message>
    </context>
    <context>
        <name>explanation</name>
        <message>
            <source>Server: no figure yet</source>
            <translation>Servidor: aún sin cifra</translation>
        </message>
        <message>
            <source>Server: {figure}</source>
            <translation>Servidor: {figure}</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>enviándose</translation>
        </message>
        <message>
            <source>change {number}</source>
            <translation>cambio {number}</translation>
        </message>
        <message>
            <source>not sent yet</source>
            <translation>aún sin enviar</translation>
        </message>
        <message>
            <source>refused, needs attention</source>
            <translation>rechazado, requiere atención</translation>
        </message>
        <message>
            <source>sent</source>
            <translation>enviado</translation>
        </message>
        <message>
            <source>waiting for a decision</source>
            <translation>espera una decisión</translation>
        </message>
        <message>
            <source>waiting for an earlier decision</source>
            <translation>espera una decisión anterior</translation>
        </message>
        <message>
            <source>{figure} {moved} here, {status}</source>
            <translation>{figure} {moved} aquí, {status}</translation>
        </message>
        <message>
            <source>→ {figure} counted here, {status}</source>
            <translation>→ {figure}: contado aquí, {status}</translation>
        </message>
        <message>
            <source>→ {figure} decided here, {status}</source>
            <translation>→ {figure}: decidido aquí, {status}</translation>
        </message>
    </context>
    <context>
        <name>flag</name>
        <message>
            <source>It went further than was approved: {what}</source>
            <translation>Fue más allá de lo aprobado: {what}</translation>
        </message>
        <message>
            <source>Nobody who may approved it: {what}</source>
            <translation>Nadie autorizado lo aprobó: {what}</translation>
        </message>
        <message>
            <source>The catalogue did not know {what}</source>
            <translation>El catálogo no conocía {what}</translation>
        </message>
        <message>
            <source>The server does not have receipt {what}</source>
            <translation>El servidor no tiene el ticket {what}</translation>
        </message>
        <message>
            <source>The server does not know this way of paying: {what}</source>
            <translation>El servidor no conoce esta forma de pago: {what}</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who approved it</source>
            <translation>La tienda no conoce a {what}, que lo aprobó</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who did it</source>
            <translation>La tienda no conoce a {what}, que lo hizo</translation>
        </message>
        <message>
            <source>Whoever approved it may not: {what}</source>
            <translation>Quien lo aprobó no puede hacerlo: {what}</translation>
        </message>
        <message>
            <source>{what} was being counted: check that count</source>
            <translation>Se estaba contando {what}: revise ese recuento</translation>
        </message>
        <message>
            <source>{what} was deleted from the catalogue</source>
            <translation>{what} se había eliminado del catálogo</translation>
        </message>
        <message>
            <source>{what}, who approved it, did not work here any more</source>
            <translation>{what}, que lo aprobó, ya no trabajaba aquí</translation>
        </message>
        <message>
            <source>{what}, who approved it, does not work at this shop</source>
            <translation>{what}, que lo aprobó, no trabaja en esta tienda</translation>
        </message>
        <message>
            <source>{what}, who did it, did not work here any more</source>
            <translation>{what}, que lo hizo, ya no trabajaba aquí</translation>
        </message>
        <message>
            <source>{what}, who did it, does not work at this shop</source>
            <translation>{what}, que lo hizo, no trabaja en esta tienda</translation>
        </message>
    </context>
    <context>
        <name>kind</name>
        <message numerus="yes">
            <source>%n refund(s)</source>
            <translation>
                <numerusform>%n devolución</numerusform>
                <numerusform>%n devoluciones</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>%n venta</numerusform>
                <numerusform>%n ventas</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n void(s)</source>
            <translation>
                <numerusform>%n anulación</numerusform>
                <numerusform>%n anulaciones</numerusform>
            </translation>
        </message>
        <message>
            <source>Drawer opened</source>
            <translation>Cajón abierto</translation>
        </message>
        <message>
            <source>Drawer opened without a sale</source>
            <translation>Cajón abierto sin venta</translation>
        </message>
        <message>
            <source>Paid in</source>
            <translation>Ingresado</translation>
        </message>
        <message>
            <source>Paid out</source>
            <translation>Retirado</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Refund done</source>
            <translation>Devolución hecha</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>Sale done</source>
            <translation>Venta hecha</translation>
        </message>
        <message>
            <source>Sale voided</source>
            <translation>Venta anulada</translation>
        </message>
        <message>
            <source>Void</source>
            <translation>Anulación</translation>
        </message>
    </context>
    <context>
        <name>merge</name>
        <message>
            <source>Already in this count: {movements}.</source>
            <translation>Ya incluido en este recuento: {movements}.</translation>
        </message>
        <message>
            <source>Before: {figure}.</source>
            <translation>Antes: {figure}.</translation>
        </message>
        <message>
            <source>Both changed {field}: {me} to {mine}, {them} to {theirs}. Suggested: {theirs}, which other tills show already.</source>
            <translation>Ambos cambiaron {field}: {me} a {mine}, {them} a {theirs}. Propuesta: {theirs}, que ya muestran otras cajas.</translation>
        </message>
        <message>
            <source>Both deleted it.</source>
            <translation>Ambos lo eliminaron.</translation>
        </message>
        <message>
            <source>Both sides say the same.</source>
            <translation>Ambos lados dicen lo mismo.</translation>
        </message>
        <message>
            <source>Keep what the server has (suggested)</source>
            <translation>Dejar lo que tiene el servidor (propuesto)</translation>
        </message>
        <message>
            <source>Leave deleted (suggested)</source>
            <translation>Dejarlo eliminado (propuesto)</translation>
        </message>
        <message>
            <source>Nothing has moved since.</source>
            <translation>Desde entonces no se ha movido nada.</translation>
        </message>
        <message>
            <source>Only {person} changed {field}: {before} → {now}.</source>
            <translation>Solo {person} cambió {field}: {before} → {now}.</translation>
        </message>
        <message>
            <source>Others</source>
            <translation>Otros</translation>
        </message>
        <message>
            <source>Restore (suggested)</source>
            <translation>Restaurar (propuesto)</translation>
        </message>
        <message>
            <source>Since that count: {movements}.</source>
            <translation>Desde ese recuento: {movements}.</translation>
        </message>
        <message>
            <source>Since the count: {movements}.</source>
            <translation>Desde el recuento: {movements}.</translation>
        </message>
        <message>
            <source>Somebody else</source>
            <translation>Otra persona</translation>
        </message>
        <message>
            <source>Suggested: restore it. It can be deleted again at any time.</source>
            <translation>Propuesta: restaurarlo. Se puede eliminar de nuevo en cualquier momento.</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}).</source>
            <translation>Propuesta: {figure} ({sum}).</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}: both happened).</source>
            <translation>Propuesta: {figure} ({sum}: ocurrió lo uno y lo otro).</translation>
        </message>
        <message>
            <source>Suggested: {figure}, as the server has it.</source>
            <translation>Propuesta: {figure}, como en el servidor.</translation>
        </message>
        <message>
            <source>Suggested: {figure}.</source>
            <translation>Propuesta: {figure}.</translation>
        </message>
        <message>
            <source>The count by {person} was earlier, so this one stands over it.</source>
            <translation>El recuento de {person} es anterior, así que este vale más.</translation>
        </message>
        <message>
            <source>Use both changes (suggested)</source>
            <translation>Usar ambos cambios (propuesto)</translation>
        </message>
        <message>
            <source>Use the server's (suggested)</source>
            <translation>Usar lo del servidor (propuesto)</translation>
        </message>
        <message>
            <source>Use this till's (suggested)</source>
            <translation>Usar lo de esta caja (propuesto)</translation>
        </message>
        <message>
            <source>Use {figure} (suggested)</source>
            <translation>Usar {figure} (propuesto)</translation>
        </message>
        <message>
            <source>What both sides started from is not known any more. Count it to be sure.</source>
            <translation>Ya no se sabe de qué partían los dos lados. Cuéntelo para estar seguro.</translation>
        </message>
        <message>
            <source>What the server has is not known here. Count it to be sure.</source>
            <translation>Aquí no se sabe qué tiene el servidor. Cuéntelo para estar seguro.</translation>
        </message>
        <message>
            <source>What this till wanted to write is not known.</source>
            <translation>No se sabe qué quería escribir esta caja.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Usted</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>nada</translation>
        </message>
        <message>
            <source>somebody</source>
            <translation>alguien</translation>
        </message>
        <message>
            <source>the article number</source>
            <translation>la referencia</translation>
        </message>
        <message>
            <source>the barcode</source>
            <translation>el código de barras</translation>
        </message>
        <message>
            <source>the name</source>
            <translation>el nombre</translation>
        </message>
        <message>
            <source>the price</source>
            <translation>el precio</translation>
        </message>
        <message>
            <source>the tax rate</source>
            <translation>el tipo de impuesto</translation>
        </message>
        <message>
            <source>the unit</source>
            <translation>la unidad</translation>
        </message>
        <message>
            <source>you</source>
            <translation>usted</translation>
        </message>
        <message>
            <source>{deleter} deleted it while {editor} changed it.</source>
            <translation>{deleter} lo eliminó mientras {editor} lo cambiaba.</translation>
        </message>
        <message>
            <source>{person} added {figure} → {now}.</source>
            <translation>{person} sumó {figure} → {now}.</translation>
        </message>
        <message>
            <source>{person} came to {figure} at {time}.</source>
            <translation>{person} llegó a {figure} a las {time}.</translation>
        </message>
        <message>
            <source>{person} came to {figure}.</source>
            <translation>{person} llegó a {figure}.</translation>
        </message>
        <message>
            <source>{person} changed nothing → {now}.</source>
            <translation>{person} no cambió nada → {now}.</translation>
        </message>
        <message>
            <source>{person} counted later at {time}, so that count stands.</source>
            <translation>{person} contó después, a las {time}, así que vale ese recuento.</translation>
        </message>
        <message>
            <source>{person} counted {figure} at {time}.</source>
            <translation>{person} contó {figure} a las {time}.</translation>
        </message>
        <message>
            <source>{person} counted {figure}.</source>
            <translation>{person} contó {figure}.</translation>
        </message>
        <message>
            <source>{person} took {figure} → {now}.</source>
            <translation>{person} restó {figure} → {now}.</translation>
        </message>
    </context>
    <context>
        <name>method</name>
        <message>
            <source>Card</source>
            <translation>Tarjeta</translation>
        </message>
        <message>
            <source>Cash</source>
            <translation>Efectivo</translation>
        </message>
        <message>
            <source>In cash</source>
            <translation>En efectivo</translation>
        </message>
        <message>
            <source>Other</source>
            <translation>Otro</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>De otro modo</translation>
        </message>
        <message>
            <source>Paid by card</source>
            <translation>Pagado con tarjeta</translation>
        </message>
        <message>
            <source>Paid otherwise</source>
            <translation>Pagado de otro modo</translation>
        </message>
        <message>
            <source>Take cash</source>
            <translation>Cobrar efectivo</translation>
        </message>
        <message>
            <source>To the card</source>
            <translation>A la tarjeta</translation>
        </message>
    </context>
    <context>
        <name>notices</name>
        <message>
            <source>An announcement without words</source>
            <translation>Un anuncio sin texto</translation>
        </message>
        <message>
            <source>Maintenance is planned</source>
            <translation>Hay mantenimiento previsto</translation>
        </message>
        <message>
            <source>Prices have changed</source>
            <translation>Han cambiado los precios</translation>
        </message>
        <message>
            <source>Stock was updated</source>
            <translation>Se ha actualizado el stock</translation>
        </message>
    </context>
    <context>
        <name>pages</name>
        <message>
            <source>Notices</source>
            <translation>Avisos</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>Vender</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Ajustes</translation>
        </message>
        <message>
            <source>Shift</source>
            <translation>Turno</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Entrar</translation>
        </message>
        <message>
            <source>Stock</source>
            <translation>Stock</translation>
        </message>
        <message>
            <source>Sync centre</source>
            <translation>Sincronización</translation>
        </message>
    </context>
    <context>
        <name>printing</name>
        <message>
            <source>A USB printer is named by two numbers, like 04b8:0202.</source>
            <translation>Una impresora USB se indica con dos números, como 04b8:0202.</translation>
        </message>
        <message>
            <source>No printer is set up. A manager can do that in Settings.</source>
            <translation>No hay impresora configurada. Un encargado puede hacerlo en Ajustes.</translation>
        </message>
        <message>
            <source>The printer does not answer ({what}). Is it switched on, with paper in it?</source>
            <translation>La impresora no responde ({what}). ¿Está encendida y con papel?</translation>
        </message>
        <message>
            <source>The printer’s address is not complete: host:9100</source>
            <translation>La dirección de la impresora no está completa: host:9100</translation>
        </message>
    </context>
    <context>
        <name>queue</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>%n producto</numerusform>
                <numerusform>%n productos</numerusform>
            </translation>
        </message>
        <message>
            <source>Count of {product}</source>
            <translation>Recuento de {product}</translation>
        </message>
        <message>
            <source>Decision on {product}</source>
            <translation>Decisión sobre {product}</translation>
        </message>
        <message>
            <source>Decision on {product} opened again</source>
            <translation>Reabierta la decisión sobre {product}</translation>
        </message>
        <message>
            <source>Product {product}</source>
            <translation>Producto {product}</translation>
        </message>
        <message>
            <source>Shift closed</source>
            <translation>Turno cerrado</translation>
        </message>
        <message>
            <source>Shift opened</source>
            <translation>Turno abierto</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>Existencias de {product}</translation>
        </message>
        <message>
            <source>The server could not make sense of “{what}”. Look at it, change it and send it again.</source>
            <translation>El servidor no entendió «{what}». Mírelo, cámbielo y envíelo de nuevo.</translation>
        </message>
        <message>
            <source>The server has a fault with “{what}”. Try it again later, or ask whoever runs it.</source>
            <translation>El servidor falla con «{what}». Inténtelo más tarde o pregunte a quien lo lleva.</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>El servidor lo rechazó.</translation>
        </message>
        <message>
            <source>Transfer to {place}</source>
            <translation>Envío a {place}</translation>
        </message>
        <message>
            <source>What “{what}” builds on was given up. Nothing else is lost; discard this too, or do it anew.</source>
            <translation>Se descartó aquello en lo que se basa «{what}». No se pierde nada más; descarte también esto o hágalo de nuevo.</translation>
        </message>
        <message>
            <source>“{product}” was not changed: only a manager may do that. Nothing is lost. Ask a manager to approve it, or discard it.</source>
            <translation>«{product}» no se cambió: solo puede hacerlo un encargado. No se pierde nada. Pida a un encargado que lo apruebe, o descártelo.</translation>
        </message>
        <message>
            <source>“{what}” does not fit what the server has. Look at it, change it and send it again.</source>
            <translation>«{what}» no encaja con lo que tiene el servidor. Mírelo, cámbielo y envíelo de nuevo.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: the server does not know what it is about any more.</source>
            <translation>«{what}» no se aceptó: el servidor ya no sabe de qué se trata.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: whoever did it may not. Ask a manager.</source>
            <translation>«{what}» no se aceptó: quien lo hizo no puede hacerlo. Pregunte a un encargado.</translation>
        </message>
    </context>
    <context>
        <name>readiness</name>
        <message numerus="yes">
            <source>%n (has|have) no price yet.</source>
            <translation>
                <numerusform>%n aún no tiene precio.</numerusform>
                <numerusform>%n aún no tienen precio.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n can sign in here without a connection.</source>
            <translation>
                <numerusform>%n persona puede entrar aquí sin conexión.</numerusform>
                <numerusform>%n personas pueden entrar aquí sin conexión.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) can be sold.</source>
            <translation>
                <numerusform>Se puede vender %n producto.</numerusform>
                <numerusform>Se pueden vender %n productos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Agrees with the server.</source>
            <translation>Coincide con el servidor.</translation>
        </message>
        <message numerus="yes">
            <source>As of %n hour(s) ago.</source>
            <translation>
                <numerusform>De hace %n hora.</numerusform>
                <numerusform>De hace %n horas.</numerusform>
            </translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>Reloj</translation>
        </message>
        <message>
            <source>Connect this till to the server before you rely on it.</source>
            <translation>Conecte esta caja al servidor antes de confiar en ella.</translation>
        </message>
        <message>
            <source>Disk</source>
            <translation>Disco</translation>
        </message>
        <message>
            <source>Free some space, or sales will be refused.</source>
            <translation>Libere espacio, o se rechazarán ventas.</translation>
        </message>
        <message numerus="yes">
            <source>It is %n minute(s) off. Set this computer’s clock.</source>
            <translation>
                <numerusform>Va desviado %n minuto. Ponga en hora este ordenador.</numerusform>
                <numerusform>Va desviado %n minutos. Ponga en hora este ordenador.</numerusform>
            </translation>
        </message>
        <message>
            <source>No manager has a PIN, so nobody can approve anything.</source>
            <translation>Ningún encargado tiene PIN, así que nadie puede aprobar nada.</translation>
        </message>
        <message>
            <source>None is set up. Receipts are shown on the screen.</source>
            <translation>No hay ninguna configurada. Los tickets se muestran en la pantalla.</translation>
        </message>
        <message>
            <source>Not fetched yet. Connect this till to the server once.</source>
            <translation>Aún sin descargar. Conecte esta caja al servidor una vez.</translation>
        </message>
        <message>
            <source>People</source>
            <translation>Personas</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>Precios</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>Impresora</translation>
        </message>
        <message>
            <source>Products and stock</source>
            <translation>Productos y existencias</translation>
        </message>
        <message>
            <source>There are no products yet.</source>
            <translation>Aún no hay productos.</translation>
        </message>
        <message>
            <source>Up to date.</source>
            <translation>Al día.</translation>
        </message>
        <message>
            <source>{size} GB free.</source>
            <translation>{size} GB libres.</translation>
        </message>
    </context>
    <context>
        <name>reason</name>
        <message>
            <source>Correction</source>
            <translation>Corrección</translation>
        </message>
        <message>
            <source>Correction (− takes away)</source>
            <translation>Corrección (− resta)</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>Recuento</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>Decisión</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>Encontrado</translation>
        </message>
        <message>
            <source>From another shop</source>
            <translation>Desde otra tienda</translation>
        </message>
        <message>
            <source>Goods in</source>
            <translation>Entrada de mercancía</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>To another shop</source>
            <translation>A otra tienda</translation>
        </message>
        <message>
            <source>Waste</source>
            <translation>Merma</translation>
        </message>
        <message>
            <source>Waste or damage</source>
            <translation>Merma o rotura</translation>
        </message>
        <message>
            <source>added</source>
            <translation>sumado</translation>
        </message>
        <message>
            <source>correction</source>
            <translation>corrección</translation>
        </message>
        <message>
            <source>count</source>
            <translation>recuento</translation>
        </message>
        <message>
            <source>counted</source>
            <translation>contado</translation>
        </message>
        <message>
            <source>decision</source>
            <translation>decisión</translation>
        </message>
        <message>
            <source>found</source>
            <translation>encontrado</translation>
        </message>
        <message>
            <source>from another shop</source>
            <translation>desde otra tienda</translation>
        </message>
        <message>
            <source>goods in</source>
            <translation>entrada</translation>
        </message>
        <message>
            <source>received</source>
            <translation>recibido</translation>
        </message>
        <message>
            <source>returned</source>
            <translation>devuelto</translation>
        </message>
        <message>
            <source>sold</source>
            <translation>vendido</translation>
        </message>
        <message>
            <source>taken away</source>
            <translation>restado</translation>
        </message>
        <message>
            <source>to another shop</source>
            <translation>a otra tienda</translation>
        </message>
        <message>
            <source>transferred in</source>
            <translation>llegado de otra tienda</translation>
        </message>
        <message>
            <source>transferred out</source>
            <translation>enviado a otra tienda</translation>
        </message>
        <message>
            <source>waste</source>
            <translation>merma</translation>
        </message>
        <message>
            <source>wasted</source>
            <translation>merma</translation>
        </message>
    </context>
    <context>
        <name>receipt</name>
        <message>
            <source>Cash expected</source>
            <translation>Efectivo esperado</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Cambio</translation>
        </message>
        <message>
            <source>Closed</source>
            <translation>Cerrado</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Copia</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>Diferencia</translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>Descuento</translation>
        </message>
        <message>
            <source>Discounts given</source>
            <translation>Descuentos hechos</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>Fondo de caja</translation>
        </message>
        <message>
            <source>For receipt {number}</source>
            <translation>Del ticket {number}</translation>
        </message>
        <message numerus="yes">
            <source>In no sum: %n entry(ies) of a kind that this till does not know</source>
            <translation>
                <numerusform>En ninguna suma: %n apunte de un tipo que esta caja no conoce</numerusform>
                <numerusform>En ninguna suma: %n apuntes de un tipo que esta caja no conoce</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Not yet confirmed: %n entry(ies) not sent yet</source>
            <translation>
                <numerusform>Aún sin confirmar: %n apunte sin enviar</numerusform>
                <numerusform>Aún sin confirmar: %n apuntes sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Ahora</translation>
        </message>
        <message>
            <source>Opened</source>
            <translation>Abierto</translation>
        </message>
        <message>
            <source>Receipt {number}</source>
            <translation>Ticket {number}</translation>
        </message>
        <message>
            <source>Rounding of cash</source>
            <translation>Redondeo del efectivo</translation>
        </message>
        <message>
            <source>Served by {name}</source>
            <translation>Le atendió {name}</translation>
        </message>
        <message>
            <source>Tax {rate} in {gross}</source>
            <translation>Impuesto {rate} en {gross}</translation>
        </message>
        <message>
            <source>The server has all of it, but its sums differ. A manager should look at it.</source>
            <translation>El servidor lo tiene todo, pero sus sumas difieren. Debería mirarlo un encargado.</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>Total</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>Facturación</translation>
        </message>
        <message>
            <source>X report</source>
            <translation>Informe X</translation>
        </message>
        <message>
            <source>Z report</source>
            <translation>Informe Z</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>en vez de {price}</translation>
        </message>
        <message>
            <source>{received} of {all} received by the server</source>
            <translation>{received} de {all} recibidos por el servidor</translation>
        </message>
    </context>
    <context>
        <name>rights</name>
        <message>
            <source>adjust stock</source>
            <translation>ajustar existencias</translation>
        </message>
        <message>
            <source>change a price at the till</source>
            <translation>cambiar un precio en la caja</translation>
        </message>
        <message>
            <source>change a product</source>
            <translation>cambiar un producto</translation>
        </message>
        <message>
            <source>change the settings</source>
            <translation>cambiar los ajustes</translation>
        </message>
        <message>
            <source>count stock</source>
            <translation>contar existencias</translation>
        </message>
        <message>
            <source>decide about a count</source>
            <translation>decidir sobre un recuento</translation>
        </message>
        <message>
            <source>decide about a product</source>
            <translation>decidir sobre un producto</translation>
        </message>
        <message>
            <source>discard an entry</source>
            <translation>descartar un apunte</translation>
        </message>
        <message>
            <source>give a discount as large as this</source>
            <translation>hacer un descuento tan grande</translation>
        </message>
        <message>
            <source>open or close a shift</source>
            <translation>abrir o cerrar un turno</translation>
        </message>
        <message>
            <source>open the drawer without a sale</source>
            <translation>abrir el cajón sin venta</translation>
        </message>
        <message>
            <source>pay money out of the drawer</source>
            <translation>retirar dinero del cajón</translation>
        </message>
        <message>
            <source>refund without a receipt</source>
            <translation>devolver sin ticket</translation>
        </message>
        <message>
            <source>sell</source>
            <translation>vender</translation>
        </message>
        <message>
            <source>send goods to another shop</source>
            <translation>enviar mercancía a otra tienda</translation>
        </message>
        <message>
            <source>sign this till out</source>
            <translation>dar de baja esta caja</translation>
        </message>
        <message>
            <source>void a sale</source>
            <translation>anular una venta</translation>
        </message>
    </context>
    <context>
        <name>role</name>
        <message>
            <source>Administrator</source>
            <translation>Administrador</translation>
        </message>
        <message>
            <source>Clerk</source>
            <translation>Cajero</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>Encargado</translation>
        </message>
    </context>
    <context>
        <name>store</name>
        <message>
            <source>Receipt numbers go on {count} further, so that none is used twice.</source>
            <translation>Los números de ticket saltan {count}, para que ninguno se use dos veces.</translation>
        </message>
        <message>
            <source>Some of it could not be read: compare the drawer and the receipts with the books.</source>
            <translation>Una parte no se pudo leer: compare el cajón y los tickets con los libros.</translation>
        </message>
        <message>
            <source>The damaged file is kept at {path}.</source>
            <translation>El archivo dañado se guarda en {path}.</translation>
        </message>
        <message>
            <source>The disk is full. Nothing was saved; free some space and try again.</source>
            <translation>El disco está lleno. No se ha guardado nada; libere espacio e inténtelo de nuevo.</translation>
        </message>
        <message>
            <source>The till's database cannot be used just now: {cause}</source>
            <translation>La base de datos de la caja no se puede usar ahora mismo: {cause}</translation>
        </message>
        <message>
            <source>The till's database is damaged: {cause}. Close this till and start it again: it then saves everything that can be read, and goes on.</source>
            <translation>La base de datos de la caja está dañada: {cause}. Cierre esta caja y ábrala otra vez: entonces guarda todo lo que se pueda leer y sigue.</translation>
        </message>
        <message>
            <source>This till must be enrolled again; what it has not sent is kept.</source>
            <translation>Esta caja tiene que darse de alta de nuevo; lo que no ha enviado se conserva.</translation>
        </message>
        <message>
            <source>This till's database was damaged and was set aside. {entries} entries were saved from it, {waiting} of them not sent yet.</source>
            <translation>La base de datos de esta caja estaba dañada y se ha apartado. Se salvaron {entries} apuntes, {waiting} de ellos aún sin enviar.</translation>
        </message>
    </context>
    <context>
        <name>unit</name>
        <message>
            <source>{figure} kg</source>
            <translation>{figure} kg</translation>
        </message>
        <message>
            <source>{price} a kg</source>
            <translation>{price} el kg</translation>
        </message>
        <message>
            <source>{price} each</source>
            <translation>{price} la unidad</translation>
        </message>
    </context>
</TS>
